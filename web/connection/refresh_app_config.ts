import { type AppConfig, parseAppConfig } from "@/lib/protocol/app_config.ts";
import { address } from "@/web/browser/base_path.ts";
import { appConfig } from "@/web/presence/presence.ts";

/**
 * Fetches `/app-config.json` and publishes it when it has changed. To be called when the connection is back: an `avatar`
 * frame is sent once, to those who are connected, and no `welcome` repeats it.
 *
 * @param loaded the configuration that the page was rendered with
 * @throws {TypeError} when the server cannot be reached
 * @throws {SyntaxError} when its answer is not JSON, or lacks a field
 */
export async function refreshAppConfig(loaded: AppConfig): Promise<void> {
  const response = await fetch(address("/app-config.json"));
  const fetched = parseAppConfig(await response.json());
  const known = parseAppConfig(appConfig.peek() ?? loaded);
  if (JSON.stringify(fetched) !== JSON.stringify(known)) appConfig.value = fetched;
}
