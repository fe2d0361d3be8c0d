import { assertEquals } from "@std/assert";
import { originReader } from "./address.ts";

Deno.test("originReader() believes X-Forwarded-For of trusted proxies alone, up to the first hop that is none", () => {
  const cases: [trusted: string[], peer: string, forwarded: string | undefined, group: string, local: boolean][] = [
    [[], "127.0.0.1", undefined, "127.0.0.1", true],
    [[], "::1", undefined, "::/64", true],
    [[], "::ffff:127.0.0.1", undefined, "127.0.0.1", true],
    [[], "192.168.1.5", undefined, "192.168.1.5", false],
    // Whoever is not trusted may say what it likes: it is the sender, and no longer local.
    [[], "127.0.0.1", "203.0.113.7", "127.0.0.1", false],
    [[], "127.0.0.1", "127.0.0.1", "127.0.0.1", false],
    [["10.0.0.0/8"], "127.0.0.1", "127.0.0.1", "127.0.0.1", false],
    [["10.0.0.0/8"], "10.1.2.3", "203.0.113.7", "203.0.113.7", false],
    [["127.0.0.1"], "127.0.0.1", "203.0.113.7", "203.0.113.7", false],
    [["127.0.0.1"], "127.0.0.1", "127.0.0.1", "127.0.0.1", true],
    [["127.0.0.0/8", "::1"], "::1", "[2001:db8::1]:4711", "2001:db8::/64", false],
    [["127.0.0.1"], "127.0.0.1", "203.0.113.7:4711", "203.0.113.7", false],
    // What the sender has put before its own address is made up.
    [["127.0.0.1"], "127.0.0.1", "127.0.0.1, 203.0.113.7", "203.0.113.7", false],
    [["127.0.0.1", "10.0.0.0/8"], "127.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7", false],
    // A hop that cannot be read is nobody, so that what stands before it counts for nothing.
    [["127.0.0.1"], "127.0.0.1", "127.0.0.1, unknown", "127.0.0.1", false],
    [["127.0.0.1"], "127.0.0.1", "", "127.0.0.1", false],
    // A proxy elsewhere may speak of its own loopback.
    [["10.0.0.2"], "10.0.0.2", "127.0.0.1", "127.0.0.1", false],
  ];
  for (const [trusted, hostname, forwarded, group, local] of cases) {
    const headers = new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded });
    const { forwarded: _, ...told } = originReader(trusted)(new Request("http://h/", { headers }), infoOf(hostname));
    assertEquals(told, { group, local }, `${hostname} for ${forwarded}, trusting ${trusted}`);
  }
});

Deno.test("originReader() takes nothing for local that any proxy or tunnel has passed on", () => {
  const names = ["Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "CF-Connecting-IP"];
  for (const name of names) {
    const request = new Request("http://h/", { headers: { [name]: "127.0.0.1" } });
    assertEquals(originReader([])(request, infoOf("127.0.0.1")).local, false, name);
    // Only X-Forwarded-For is read.
    assertEquals(originReader(["127.0.0.1"])(request, infoOf("127.0.0.1")).local, false, name);
  }
});

function infoOf(hostname: string): Deno.ServeHandlerInfo {
  return { remoteAddr: { transport: "tcp", hostname, port: 1 }, completed: Promise.resolve() };
}
