import { useEffect, useId, useRef } from "preact/hooks";
import { type GuestLinkStore, linksOf } from "@/web/settings/guest_link_store.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { SettingsWords } from "@/lib/i18n/types/settings.ts";
import { CopyButton } from "@/web/components/CopyButton.tsx";

interface GuestLinkCardProps {
  store: GuestLinkStore;
  words: Words;
  text: SettingsWords;
}

/** Lets others talk with the character: makes a link for them, shows it, and takes it back. */
export function GuestLinkCard({ store, words, text: { share } }: GuestLinkCardProps) {
  const root = useRef<HTMLElement>(null);
  const id = useId();
  const link = store.link.value;
  const error = store.error.value;
  const busy = store.busy.value;
  useEffect(() => void store.read(), [store]);

  /** The button that was pressed goes away with what it was for. */
  async function act(action: () => Promise<void>) {
    await action();
    root.current?.querySelector<HTMLElement>("button.pill")?.focus();
  }

  const { links, reachable } = link === null ? { links: [], reachable: true } : linksOf(link, location);
  return (
    <section class="field" aria-labelledby={`${id}-title`} ref={root}>
      <h3 id={`${id}-title`}>{share.title}</h3>
      <p class="hint" id={`${id}-about`}>{share.about}</p>
      {links.map((address) => (
        <div class="box-row" key={address}>
          <input
            class="box"
            type="text"
            readOnly
            value={address}
            aria-label={share.link}
            aria-describedby={`${id}-about`}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton text={address} words={words} />
        </div>
      ))}
      {!reachable && <p class="hint">{share.onlyHere}</p>}
      {error !== null && <p class="field-error" role="alert">{error.message}</p>}
      <div class="actions">
        <button
          type="button"
          class="pill"
          disabled={link === null || busy}
          onClick={() => void act(() => store.make())}
        >
          {links.length === 0 ? share.make : share.renew}
        </button>
        {links.length > 0 && (
          <button
            type="button"
            class="pill"
            disabled={busy}
            onClick={() => void act(() => store.revoke())}
          >
            {share.revoke}
          </button>
        )}
      </div>
    </section>
  );
}
