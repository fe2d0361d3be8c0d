import { assertEquals } from "@std/assert";
import { startMessage } from "./start_message.ts";

const interfaces = [
  { name: "lo", family: "IPv4" as const, address: "127.0.0.1" },
  { name: "eth0", family: "IPv4" as const, address: "192.168.1.5" },
  { name: "eth0", family: "IPv6" as const, address: "fe80::1" },
  { name: "docker0", family: "IPv4" as const, address: "172.17.0.1" },
];

Deno.test("greeting() names the address, with a ready link where a token was made", () => {
  const open = (host: string) => startMessage({ host, port: 8000, locked: false, interfaces });
  assertEquals(open("127.0.0.1"), "Your character is waiting at http://localhost:8000");
  assertEquals(open("::1"), "Your character is waiting at http://localhost:8000");
  assertEquals(open("app.localhost"), "Your character is waiting at http://app.localhost:8000");
  assertEquals(startMessage({ host: "0.0.0.0", port: 80, token: "abc", locked: true, interfaces }).split("\n"), [
    "Your character is waiting at http://localhost:80/?token=abc",
    "From other devices: http://192.168.1.5:80/?token=abc",
    "Whoever has the link is the owner. It is a new one at every start: see server.token. Guests get theirs in the settings",
  ]);
  assertEquals(startMessage({ host: "fe80::1", port: 80, locked: true, interfaces }).split("\n"), [
    "Your character is waiting at http://[fe80::1]:80",
    "It asks for the token that is set as server.token",
  ]);
});
