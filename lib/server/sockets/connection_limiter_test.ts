import { assertEquals } from "@std/assert";
import { ConnectionLimiter } from "./connection_limiter.ts";
import { configSchema } from "@/lib/config/schema.ts";

Deno.test("Places counts in all and by address, and says which limit was met", () => {
  const places = new ConnectionLimiter(configSchema.parse({ limits: { sockets: 3, socketsPerAddress: 2 } }).limits);
  assertEquals(places.refusal("a"), undefined);
  places.take("a");
  places.take("a");
  const perAddress = {
    code: "too_many" as const,
    message: "Cannot take another connection from this address: it has 2 already",
    hint: "Close another page, or raise limits.socketsPerAddress",
  };
  assertEquals(places.refusal("a"), perAddress);
  assertEquals(places.refusal("b"), undefined);
  places.take("b");
  assertEquals(places.refusal("c"), {
    code: "too_many",
    message: "Cannot take another connection: all 3 are in use",
    hint: "Try again later, or raise limits.sockets",
  });
  places.leave("b");
  assertEquals(places.refusal("a"), perAddress);
  places.leave("a");
  assertEquals(places.refusal("a"), undefined);
});
