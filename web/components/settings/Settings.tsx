import type { SettingsDialogProps } from "./SettingsDialog.tsx";
import { lazyDialog } from "@/web/components/lazy_dialog.tsx";

const dialog = lazyDialog<SettingsDialogProps>(async () => (await import("./SettingsDialog.tsx")).SettingsDialog);

/** Loads the settings. Rejects when the server cannot be reached. */
export const loadSettings = dialog.load;

/** The settings, as soon as they are opened. */
export function Settings(props: SettingsDialogProps) {
  const { openSection } = props.stores;
  const { View } = dialog;
  return (
    <View
      open={openSection.value !== null}
      words={props.words}
      props={props}
      onFail={() => openSection.value = null}
    />
  );
}
