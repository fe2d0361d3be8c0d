/** `deno task sync`: brings Cubism Core and the configured model into static/ and writes static/app-config.json. */
import { ConfigError } from "@/lib/config/config_error.ts";
import { loadConfig } from "@/lib/config/load.ts";
import { complain } from "@/lib/telemetry/log.ts";
import { ModelError } from "@/lib/models/model_error.ts";
import { syncAloud } from "@/lib/models/tell_sync.ts";

try {
  const { config, path, root, warnings } = await loadConfig();
  for (const warning of warnings) complain(`Warning: ${warning}`);
  const { shown: { name, entry }, changed } = await syncAloud({ config, root, configPath: path });
  complain(changed ? `The avatar is ${name} (static${entry})` : `The avatar is ${name}, already in place`);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof ModelError)) throw error;
  complain(error.message);
  Deno.exit(1);
}
