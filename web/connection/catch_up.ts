/** What a page misses while its line is down: unlike turns, changes of the avatar are told only once. */
import { parseServerFrame } from "@/lib/protocol/server_frame.ts";
import { address } from "@/web/browser/base_path.ts";
import { appConfig } from "@/web/presence/presence.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

/**
 * Asks how the avatar is to be, and makes it so where that has changed.
 *
 * @param first what the page was loaded with
 * @throws {TypeError} when the server cannot be reached
 * @throws {SyntaxError} when its answer cannot be read
 */
export async function catchUp(first: AppConfig): Promise<void> {
  const told = read(await (await fetch(address("/app-config.json"))).text());
  const known = read(JSON.stringify(appConfig.peek() ?? first));
  if (JSON.stringify(told) !== JSON.stringify(known)) appConfig.value = told;
}

function read(json: string): AppConfig {
  const frame = parseServerFrame(`{"type":"avatar","config":${json}}`);
  if (frame?.type !== "avatar") throw new SyntaxError("Cannot read /app-config.json: it says nothing of an avatar");
  return frame.config;
}
