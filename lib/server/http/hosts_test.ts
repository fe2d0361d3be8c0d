import { assertEquals } from "@std/assert";
import { isLoopback, knownHosts, parseHost } from "./hosts.ts";
import { configSchema } from "@/lib/config/schema.ts";

Deno.test("parseHost() takes name and port apart, and refuses what is no host", () => {
  const cases: [string, [string, string] | undefined][] = [
    ["localhost", ["localhost", ""]],
    ["LocalHost.:8000", ["localhost", "8000"]],
    ["[::1]:8000", ["[::1]", "8000"]],
    ["[FE80::1]", ["[fe80::1]", ""]],
    ["192.168.1.5:80", ["192.168.1.5", "80"]],
    ["", undefined],
    ["a b", undefined],
    ["localhost:8000@evil.example", undefined],
    ["localhost/x", undefined],
    ["localhost:", undefined],
    ["localhost:123456", undefined],
    ["[evil]", undefined],
  ];
  for (const [text, expected] of cases) {
    const host = parseHost(text);
    assertEquals(host && [host.name, host.port], expected, text);
  }
});

Deno.test("isLoopback() is true for this machine's own addresses only", () => {
  for (const name of ["localhost", "app.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "LOCALHOST"]) {
    assertEquals(isLoopback(name), true, name);
  }
  for (
    const name of ["0.0.0.0", "::", "192.168.1.5", "localhost.evil.example", "127.0.0.1.evil.example", "1270.0.0.1"]
  ) {
    assertEquals(isLoopback(name), false, name);
  }
});

Deno.test("knownHosts() knows more names when a token protects, and never a foreign one", () => {
  const known = (server: Record<string, unknown>) => knownHosts(configSchema.parse({ server }).server, "Pi");
  const cases: [Record<string, unknown>, string[], string[]][] = [
    [{}, ["localhost", "x.localhost", "127.0.0.1", "[::1]"], [
      "evil.example",
      "192.168.1.5",
      "[fe80::1]",
      "pi",
      "0.0.0.0",
    ]],
    [{ allowedOrigins: ["https://chat.example"] }, ["chat.example"], ["x.chat.example", "example"]],
    [{ host: "0.0.0.0" }, ["localhost", "192.168.1.5", "[fe80::1]", "pi", "pi.local"], [
      "evil.example",
      "pi.evil.example",
    ]],
    [{ host: "vtuber.lan" }, ["vtuber.lan"], ["evil.lan"]],
    [{ host: "fe80::1" }, ["[fe80::1]"], ["evil.example"]],
  ];
  for (const [server, yes, no] of cases) {
    const isKnown = known(server);
    for (const name of yes) assertEquals(isKnown(name), true, `${name} with ${JSON.stringify(server)}`);
    for (const name of no) assertEquals(isKnown(name), false, `${name} with ${JSON.stringify(server)}`);
  }
});
