import { createDefine } from "fresh";
import type { AppConfig } from "@/lib/protocol/app_config.ts";
import type { Role } from "@/lib/protocol/role.ts";
import type { CharacterInfo } from "@/lib/protocol/v2.ts";

/** What the middlewares hand to the pages. */
export interface State {
  config: AppConfig;
  /** As what the reader has come in. */
  role: Role;
  /** Whom the reader talks with; null where the language model is itself. */
  character: CharacterInfo | null;
}

export const define = createDefine<State>();
