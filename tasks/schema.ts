/** `deno task schema`: writes vtuber.schema.json, by which editors complete and check vtuber.config.json. */
import { jsonSchemaText } from "@/lib/config/json_schema.ts";

await Deno.writeTextFile(new URL("../vtuber.schema.json", import.meta.url), jsonSchemaText());
