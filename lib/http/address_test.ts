import { assertEquals } from "@std/assert";
import { addressGroup } from "./address.ts";

Deno.test("addressGroup() is the IPv4 address or the IPv6 network", () => {
  const cases: [string, string][] = [
    ["192.168.1.5", "192.168.1.5"],
    ["::ffff:192.168.1.5", "192.168.1.5"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001::6", "2001:db8:1:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ];
  for (const [address, group] of cases) assertEquals(addressGroup(address), group, address);
});
