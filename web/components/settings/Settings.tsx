import { type Signal, signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SettingsStores } from "@/web/settings/settings_stores.ts";
import type { Words } from "@/lib/i18n/i18n.ts";
import type { Preferences } from "@/web/browser/preferences.ts";
import type { Status } from "@/lib/protocol/v2.ts";

export interface SettingsProps {
  stores: SettingsStores;
  /** Null until the server has said it. */
  status: Status | null;
  words: Words;
  preferences: Signal<Preferences>;
}

const loaded = signal<typeof import("./SettingsDialog.tsx") | null>(null);

/** Brings the settings, which nobody needs before the first answer. Rejects when the server cannot be reached. */
export async function loadSettings(): Promise<void> {
  loaded.value ??= await import("./SettingsDialog.tsx");
}

/** The settings, as soon as they are wanted. */
export function Settings(props: SettingsProps) {
  const { stores, words } = props;
  const open = stores.openSection.value !== null;
  const failed = useSignal(false);

  useEffect(() => {
    if (!open) return;
    failed.value = false;
    loadSettings().catch(() => {
      failed.value = true;
      stores.openSection.value = null;
    });
  }, [open]);

  if (failed.value) {
    return (
      <p class="notice-line" role="alert">
        {words.setup.noSettings}
        <button type="button" class="link" onClick={() => failed.value = false}>{words.close}</button>
      </p>
    );
  }
  const module = loaded.value;
  return open && module !== null ? <module.SettingsDialog {...props} /> : null;
}
