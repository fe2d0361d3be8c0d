import { signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import type { Words } from "@/lib/i18n/types/page.ts";
import { loadStylesheet } from "@/web/browser/stylesheet.ts";

/** Dresses all dialogs, and nothing that is seen before one is opened. */
const SHEET = "/dialogs.css";

interface LazyDialogProps<Props> {
  open: boolean;
  words: Words;
  /** What the dialog gets. */
  props: Props;
  /** It cannot be brought, and is not open any more. */
  onFail(): void;
}

export interface LazyDialog<Props> {
  /** Brings the dialog and its sheet, if they are not there yet. Rejects when the server cannot be reached. */
  load(): Promise<void>;
  /** The dialog while it is open, once it is there and dressed. */
  View: ComponentType<LazyDialogProps<Props>>;
}

/** A dialog that nobody needs before the first answer, and that comes with its sheet when it is wanted. */
export function lazyDialog<Props extends object>(bring: () => Promise<ComponentType<Props>>): LazyDialog<Props> {
  const loaded = signal<ComponentType<Props> | null>(null);

  async function load(): Promise<void> {
    if (loaded.value !== null) return;
    const [dialog] = await Promise.all([bring(), loadStylesheet(SHEET)]);
    loaded.value = dialog;
  }

  function View({ open, words, props, onFail }: LazyDialogProps<Props>) {
    const failed = useSignal(false);

    useEffect(() => {
      if (!open) return;
      failed.value = false;
      load().catch(() => {
        failed.value = true;
        onFail();
      });
    }, [open]);

    if (failed.value) {
      return (
        <p class="notice-line" role="alert">
          {words.setup.notLoaded}
          <button type="button" class="link" onClick={() => failed.value = false}>{words.close}</button>
        </p>
      );
    }
    const Dialog = loaded.value;
    return open && Dialog !== null ? <Dialog {...props} /> : null;
  }

  return { load, View };
}
