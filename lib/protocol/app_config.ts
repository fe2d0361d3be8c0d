import { Fields } from "./fields.ts";
import type { HearingMode } from "./hearing.ts";

/**
 * `/app-config.json`: what the page must know before it connects. The first four fields are the Python predecessor's.
 */
export interface AppConfig {
  /** Name of the model in the configuration. */
  model: string;
  /**
   * Path of the model's entry file, such as `/model/mao_pro.model3.json`: of whichever model is shown when it is asked
   * for.
   */
  entry: string;
  /**
   * Path of the same file at an address made of the model's content, such as `/avatars/<hash>/mao_pro.model3.json`:
   * what is there never changes. Absent where nothing can be shown, and in the file that `deno task sync` writes.
   */
  avatarUrl?: string;
  /** How fast the model's own time runs: 1 is real time. */
  timeScale: number;
  llm: {
    /** Where another client finds the socket. The page takes the path and puts its own address before it. */
    backendWsUrl: string;
  };
  /** Names of the model's expressions for feelings, such as `happy: "exp_02"`, where the configuration gives them. */
  emotions?: Record<string, string>;
  /** How the avatar is drawn: frames a second, and device pixels for one CSS pixel, at most. Absent: 60 and 2. */
  avatar?: { maxFps: number; maxPixelRatio: number };
  /** Who speaks, `off` for nobody, and how loud, from 0 to 1. Absent: `auto` and 0.8. */
  voice?: { engine: string; volume: number };
  /** Who understands what is said, `off` for nobody; when; and whether she can be interrupted. Absent: `auto`, `hold`, yes. */
  hearing?: { engine: string; mode: HearingMode; bargeIn: boolean };
  /**
   * How the page looks and speaks to readers who have not chosen themselves. Absent: `auto`, as the browser wants it.
   */
  ui?: { language: "auto" | "en" | "ja" | "zh"; theme: "auto" | "light" | "dark" | "contrast" };
}

/**
 * Reads the content of `/app-config.json`. Optional fields are taken as they are.
 *
 * @throws {SyntaxError} naming the field that is missing or wrong
 */
export function parseAppConfig(value: unknown): AppConfig {
  const fields = new Fields(value, "/app-config.json");
  return {
    ...fields.all,
    model: fields.text("model"),
    entry: fields.text("entry"),
    timeScale: fields.number("timeScale"),
    llm: { backendWsUrl: fields.object("llm").text("backendWsUrl") },
  };
}
