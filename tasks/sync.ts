/** `deno task sync`: brings Cubism Core and the configured model into static/ and writes static/app-config.json. */
import { ConfigError } from "@/lib/config/config_error.ts";
import { loadConfig } from "@/lib/config/load.ts";
import { warn } from "@/lib/telemetry/log.ts";
import { ModelError } from "@/lib/avatars/model_error.ts";
import { syncWithOutput } from "@/lib/avatars/sync_output.ts";

try {
  const { config, path, root, warnings } = await loadConfig();
  for (const warning of warnings) warn(`Warning: ${warning}`);
  const { shown: { name, entry }, changed } = await syncWithOutput({ config, root, configPath: path });
  warn(changed ? `The avatar is ${name} (static${entry})` : `The avatar is ${name}, already in place`);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof ModelError)) throw error;
  warn(error.message);
  Deno.exit(1);
}
