import { assertEquals } from "@std/assert";
import { parseHost } from "./hosts.ts";
import { isOwnOrigin } from "./origins.ts";

Deno.test("isOwnOrigin() knows our page under all its names, allowed ones, and no other", () => {
  const cases: [origin: string, host: string, own: boolean][] = [
    ["http://localhost:8000", "localhost:8000", true],
    ["http://localhost:8000", "127.0.0.1:8000", true],
    ["http://127.0.0.1:8000", "[::1]:8000", true],
    ["http://[::1]:8000", "localhost:8000", true],
    ["http://localhost", "localhost", true],
    ["https://chat.home:8443", "chat.home:8443", true],
    ["http://192.168.1.5:8000", "192.168.1.5:8000", true],
    ["https://friend.example", "localhost:8000", true],
    ["http://friend.example", "localhost:8000", false],
    ["http://localhost:3000", "localhost:8000", false],
    ["http://localhost", "localhost:8000", false],
    ["http://localhost:8000", "192.168.1.5:8000", false],
    ["http://192.168.1.6:8000", "192.168.1.5:8000", false],
    ["http://evil.example:8000", "localhost:8000", false],
    ["http://localhost:8000.evil.example", "localhost:8000", false],
    ["null", "localhost:8000", false],
    ["", "localhost:8000", false],
    ["file://", "localhost:8000", false],
    ["chrome-extension://localhost:8000", "localhost:8000", false],
  ];
  for (const [origin, host, own] of cases) {
    assertEquals(isOwnOrigin(origin, parseHost(host)!, ["https://friend.example"]), own, `${origin} at ${host}`);
  }
});
