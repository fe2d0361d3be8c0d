import { pickedFiles } from "@/web/settings/upload_files.ts";
import type { UploadStore } from "@/web/settings/upload_store.ts";
import { Icon, type IconName } from "@/web/components/Icon.tsx";

interface FileButtonProps {
  uploads: UploadStore;
  icon: IconName;
  label: string;
  /** Kinds of files, as `accept` of an input has them; a whole folder where there are none. */
  accept?: string;
}

/** Brings a file or a folder without dropping it. */
export function FileButton({ uploads, icon, label, accept }: FileButtonProps) {
  return (
    <label class="pill file-button">
      <Icon name={icon} />
      {label}
      <input
        type="file"
        class="visually-hidden"
        {...(accept === undefined ? { webkitdirectory: true } : { accept })}
        onChange={({ currentTarget: box }) => {
          const files = pickedFiles(box.files ?? []);
          // The same file may be picked again, once it has been put right.
          box.value = "";
          if (files.length > 0) void uploads.pick(files);
        }}
      />
    </label>
  );
}
