import type { AvatarLibrary } from "@/lib/avatars/avatar_library.ts";
import type { SettingsService } from "@/lib/server/settings_service.ts";

/** What uploads are taken in with. */
export interface UploadServices {
  settings: SettingsService;
  avatars: AvatarLibrary;
  /** What is uploaded is kept in folders below it. */
  dataDir: string;
}
