import { assertEquals } from "@std/assert";
import { fieldsOf } from "./fields.ts";
import { jsonSchemaText } from "./json_schema.ts";
import { parseConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

const root = new URL("../../", import.meta.url);

Deno.test("vtuber.schema.json is what jsonSchemaText() gives (deno task schema writes it)", async () => {
  assertEquals(await Deno.readTextFile(new URL("vtuber.schema.json", root)), jsonSchemaText());
});

Deno.test("jsonSchemaText() describes every field", () => {
  const schema = JSON.parse(jsonSchemaText());
  for (const { path } of fieldsOf(configSchema)) {
    const field = path.reduce((node, key) => node?.properties?.[key], schema);
    assertEquals(typeof field?.description, "string", path.join("."));
  }
});

Deno.test("vtuber.config.json as it is shipped has no slip, and says what holds without it", async () => {
  const { config, warnings } = parseConfig(await Deno.readTextFile(new URL("vtuber.config.json", root)));
  assertEquals(warnings, []);
  assertEquals(config, parseConfig("").config);
});
