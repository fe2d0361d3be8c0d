import { createDefine } from "fresh";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

/** What the middlewares hand to the pages. */
export interface State {
  config: AppConfig;
}

export const define = createDefine<State>();
