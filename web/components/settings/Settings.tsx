import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SettingsDialogProps } from "./SettingsDialog.tsx";

const loaded = signal<typeof import("./SettingsDialog.tsx") | null>(null);

/** Brings the settings, which nobody needs before the first answer. Rejects when the server cannot be reached. */
export async function loadSettings(): Promise<void> {
  loaded.value ??= await import("./SettingsDialog.tsx");
}

/** The settings, as soon as they are wanted. */
export function Settings(props: SettingsDialogProps) {
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
