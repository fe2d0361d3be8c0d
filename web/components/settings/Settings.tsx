import { lazyDialog } from "@/web/components/lazy_dialog.tsx";
import type { SettingsDialogProps } from "./SettingsDialog.tsx";

const dialog = lazyDialog<SettingsDialogProps>(async () => (await import("./SettingsDialog.tsx")).SettingsDialog);

/** Brings the settings. Rejects when the server cannot be reached. */
export const loadSettings = dialog.load;

/** The settings, as soon as they are wanted. */
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
