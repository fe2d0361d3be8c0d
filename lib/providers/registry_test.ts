import { assertEquals, assertThrows } from "@std/assert";
import { ProviderRegistry, PROVIDERS } from "./registry.ts";
import { PROVIDER_IDS } from "@/lib/config/provider_ids.ts";
import { configSchema } from "@/lib/config/schema.ts";

Deno.test("ProviderRegistry has every provider that the configuration may name, and makes it by that name", () => {
  const registry = new ProviderRegistry(PROVIDERS);
  assertEquals(registry.ids, [...PROVIDER_IDS]);
  for (const id of PROVIDER_IDS) assertEquals(registry.get(id).create(configSchema.parse({})).name, id);
});

Deno.test("ProviderRegistry refuses a name that nobody has, and one that two have", () => {
  assertThrows(() => new ProviderRegistry(PROVIDERS).get("olama"), Error, "there are ollama, demo");
  assertThrows(() => new ProviderRegistry([...PROVIDERS, ...PROVIDERS]), Error, "two providers of one id");
});
