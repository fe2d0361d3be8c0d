import type { Signal } from "@preact/signals";
import type { SettingsStores } from "@/web/settings/stores.ts";
import { lazyDialog } from "@/web/components/lazy_dialog.tsx";
import type { Words } from "@/lib/i18n/i18n.ts";
import type { Preferences } from "@/web/browser/preferences.ts";
import type { Status } from "@/lib/protocol/v2.ts";

export interface SettingsProps {
  backstage: SettingsStores;
  /** Null until the server has said it. */
  status: Status | null;
  words: Words;
  preferences: Signal<Preferences>;
}

const dialog = lazyDialog<SettingsProps>(async () => (await import("./SettingsDialog.tsx")).SettingsDialog);

/** Brings the settings. Rejects when the server cannot be reached. */
export const loadSettings = dialog.load;

/** The settings, as soon as they are wanted. */
export function Settings(props: SettingsProps) {
  const { open } = props.backstage;
  const { View } = dialog;
  return <View open={open.value !== null} words={props.words} props={props} onFail={() => open.value = null} />;
}
