import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The JSON schema by which an editor completes and checks `vtuber.config.json`, as the text of `vtuber.schema.json`. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input", target: "draft-07" });
  return `${JSON.stringify({ ...schema, allowTrailingCommas: true }, null, 2)}\n`;
}
