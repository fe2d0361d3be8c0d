import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { explainStartError } from "./start_error.ts";
import { ConfigError } from "@/lib/config/config_error.ts";

/** As Deno says it on Windows of a port within an excluded range. */
const RESERVED = new Deno.errors.PermissionDenied(
  "An attempt was made to access a socket in a way forbidden by its access permissions. (os error 10013)",
);

Deno.test("A5: of a port that Windows keeps, another one is suggested, and no administrator", () => {
  for (const port of [8000, 10013, 443]) {
    const told = explainStartError(RESERVED, port)!;
    assertMatch(told, new RegExp(`port ${port} .*PORT=(?!${port}\\b)\\d{4}\\b`));
    assertNotMatch(told, /administrator/);
    assertMatch(told, /excludedportrange/);
  }
});

Deno.test("explainStartError() says what to do, and nothing about what is ours", () => {
  const denied = new Deno.errors.PermissionDenied("Permission denied (os error 13)");
  assertMatch(explainStartError(denied, 80)!, /port 80 needs an administrator.*PORT=8000/);
  assertNotMatch(explainStartError(denied, 8000)!, /administrator/);
  assertMatch(explainStartError(new Deno.errors.AddrInUse("x"), 8000)!, /taken by another program.*PORT=8765/);
  assertMatch(explainStartError(new Deno.errors.AddrNotAvailable("x"), 8000)!, /server\.host/);
  assertEquals(explainStartError(new ConfigError("port is wrong")), "port is wrong");
  assertEquals(explainStartError(new TypeError("ours")), undefined);
});
