import type { AvatarLibrary } from "@/lib/avatars/avatar_library.ts";
import type { ImageStore } from "@/lib/images/image_store.ts";
import type { SettingsService } from "@/lib/server/settings_service.ts";

/** What uploads are taken in with. */
export interface UploadServices {
  settings: SettingsService;
  avatars: AvatarLibrary;
  images: ImageStore;
  /** What is uploaded is kept in folders below it. */
  dataDir: string;
}
