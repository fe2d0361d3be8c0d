import { assertEquals } from "@std/assert";
import { ConnectionLimiter } from "./connection_limiter.ts";
import { configSchema } from "@/lib/config/schema.ts";

Deno.test("Places counts in all and by address, and says which limit was met", () => {
  const limiter = new ConnectionLimiter(configSchema.parse({ limits: { sockets: 3, socketsPerAddress: 2 } }).limits);
  assertEquals(limiter.refusal("a"), undefined);
  limiter.take("a");
  limiter.take("a");
  const perAddress = {
    code: "too_many" as const,
    message: "Cannot take another connection from this address: it has 2 already",
    hint: "Close another page, or raise limits.socketsPerAddress",
  };
  assertEquals(limiter.refusal("a"), perAddress);
  assertEquals(limiter.refusal("b"), undefined);
  limiter.take("b");
  assertEquals(limiter.refusal("c"), {
    code: "too_many",
    message: "Cannot take another connection: all 3 are in use",
    hint: "Try again later, or raise limits.sockets",
  });
  limiter.leave("b");
  assertEquals(limiter.refusal("a"), perAddress);
  limiter.leave("a");
  assertEquals(limiter.refusal("a"), undefined);
});
