import { assertEquals } from "@std/assert";
import { ConnectionLimiter, type SocketHolder } from "./connection_limiter.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { OWNER } from "@/lib/principal.ts";

const owner = (address: string): SocketHolder => ({ principal: OWNER, address });

Deno.test("ConnectionLimiter counts in all and by address, and says which limit was met", () => {
  const limiter = new ConnectionLimiter(configSchema.parse({ limits: { sockets: 3, socketsPerAddress: 2 } }).limits);
  assertEquals(limiter.refusal(owner("a")), undefined);
  limiter.take(owner("a"));
  limiter.take(owner("a"));
  const perAddress = {
    code: "too_many" as const,
    message: "Cannot take another connection from this address: it has 2 already",
    hint: "Close another page, or raise limits.socketsPerAddress",
  };
  assertEquals(limiter.refusal(owner("a")), perAddress);
  assertEquals(limiter.refusal(owner("b")), undefined);
  limiter.take(owner("b"));
  assertEquals(limiter.refusal(owner("c")), {
    code: "too_many",
    message: "Cannot take another connection: all 3 are in use",
    hint: "Try again later, or raise limits.sockets",
  });
  limiter.leave(owner("b"));
  assertEquals(limiter.refusal(owner("a")), perAddress);
  limiter.leave(owner("a"));
  assertEquals(limiter.refusal(owner("a")), undefined);
});

Deno.test("ConnectionLimiter counts a guest's wherever they come from, and the owner's not", () => {
  const limiter = new ConnectionLimiter(configSchema.parse({}).limits, () => 1);
  const guest = (name: string, address: string): SocketHolder => ({
    principal: { role: "guest", id: `guest:${name}` },
    address,
  });
  for (const holder of [owner("a"), guest("anna", "a")]) limiter.take(holder);
  const full = limiter.refusal(guest("anna", "b"));
  assertEquals([full?.code, full?.message], [
    "too_many",
    "Cannot take another connection of this guest: it has 1 already",
  ]);
  assertEquals([limiter.refusal(guest("ben", "a")), limiter.refusal(owner("a"))], [undefined, undefined]);
  limiter.leave(guest("anna", "a"));
  assertEquals([limiter.refusal(guest("anna", "b")), limiter.taken], [undefined, 1]);
});
