import { assertEquals } from "@std/assert";
import {
  groupOf,
  isAddress,
  isLinkLocal,
  isLoopback,
  isNetwork,
  isPrivate,
  parseAddress,
  within,
} from "./addresses.ts";

Deno.test("isLinkLocal() knows link-local and metadata addresses in every form", () => {
  const there = [
    "169.254.169.254",
    "169.254.0.1",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.16689662",
    "fe80::1",
    "[fe80::1]",
    "fe80::1%eth0",
    "febf::1",
    "::ffff:169.254.169.254",
    "[::ffff:a9fe:a9fe]",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::254",
    "FD00:0EC2::0254",
    "100.100.100.200",
    "::ffff:100.100.100.200",
    "168.63.129.16",
    "metadata.google.internal",
    "Metadata.Google.Internal.",
  ];
  const elsewhere = [
    "127.0.0.1",
    "::1",
    "192.168.1.7",
    "10.0.0.5",
    "100.64.1.2", // Tailscale's, and quite usual for an Ollama
    "100.100.100.201",
    "fd00::5",
    "fec0::1",
    "169.253.255.255",
    "169.255.0.1",
    "64:ff9b::808:808",
    "ollama.local",
    "169.254.169.254.example.com",
    "",
  ];
  for (const host of there) assertEquals(isLinkLocal(host), true, host);
  for (const host of elsewhere) assertEquals(isLinkLocal(host), false, host);
});

Deno.test("isLoopback() and isAddress() take brackets, packed addresses and dots at the end", () => {
  const cases: [host: string, loopback: boolean, address: boolean][] = [
    ["localhost.", true, false],
    ["[::1]", true, true],
    ["[::ffff:7f00:1]", true, true],
    ["127.8.9.1", true, true],
    ["[fe80::1]", false, true],
    ["10.0.0.5", false, true],
    ["localhost.example.com", false, false],
    ["::1.example.com", false, false],
  ];
  for (const [host, loopback, address] of cases) {
    assertEquals([isLoopback(host), isAddress(host)], [loopback, address], host);
  }
});

Deno.test("isPrivate() tells this machine's own network from the world", () => {
  const here = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "192.168.1.7",
    "10.0.0.5",
    "172.16.0.1",
    "fd00::5",
    "tts",
    "box.local",
  ];
  const there = ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "api.openai.com", "box.local.example", "100.64.1.2"];
  assertEquals([here.filter((host) => !isPrivate(host)), there.filter(isPrivate)], [[], []]);
});

Deno.test("groupOf() is the IPv4 address or the IPv6 network", () => {
  const cases: [string, string][] = [
    ["192.168.1.5", "192.168.1.5"],
    ["::ffff:192.168.1.5", "192.168.1.5"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001::6", "2001:db8:1::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    ["::1", "::/64"],
  ];
  for (const [address, group] of cases) assertEquals(groupOf(parseAddress(address)!), group, address);
});

Deno.test("isNetwork() and within() take addresses and networks of both kinds, in their usual spelling", () => {
  const isIn = within(["10.0.0.0/8", "::1", "192.0.2.7", "2001:db8::/32"]);
  for (const address of ["10.9.9.9", "::1", "192.0.2.7", "::ffff:192.0.2.7", "2001:db8:5::1"]) {
    assertEquals(isIn(parseAddress(address)!), true, address);
  }
  for (const address of ["11.0.0.1", "::2", "192.0.2.8"]) assertEquals(isIn(parseAddress(address)!), false, address);
  for (const text of ["10.0.0.0/8", "::1", "192.0.2.7", "fe80::/10"]) assertEquals(isNetwork(text), true, text);
  for (const text of ["127.1", "10", "10.0.0.0/33", "localhost", ""]) assertEquals(isNetwork(text), false, text);
});
