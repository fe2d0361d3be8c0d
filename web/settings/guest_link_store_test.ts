import { assertEquals } from "@std/assert";
import { GuestLinkStore, linksOf } from "./guest_link_store.ts";
import { CallError } from "@/web/connection/call_client.ts";
import type { GuestLink } from "@/lib/protocol/calls.ts";

Deno.test("linksOf() leads by the page's own address, or by those of the home network", () => {
  const link: GuestLink = { path: "/?token=t", origins: ["http://192.168.1.5:8000"] };
  const page = (origin: string) => new URL(origin);
  assertEquals(linksOf(link, page("https://chat.example")), {
    links: ["https://chat.example/?token=t"],
    reachable: true,
  });
  assertEquals(linksOf(link, page("http://localhost:8000")), {
    links: ["http://192.168.1.5:8000/?token=t"],
    reachable: true,
  });
  for (const here of ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://app.localhost"]) {
    const told = linksOf({ ...link, origins: [] }, page(here));
    assertEquals(told, { links: [`${page(here).origin}/?token=t`], reachable: false }, here);
  }
  assertEquals(linksOf({ path: null, origins: [] }, page("https://chat.example")).links, []);
});

Deno.test("GuestLinkStore shows what the server says, and why it did not", async () => {
  const asked: string[] = [];
  let broken = false;
  const link: GuestLink = { path: "/?token=t", origins: [] };
  const store = new GuestLinkStore((method) => {
    asked.push(method);
    if (broken) return Promise.reject(new CallError({ code: "offline", message: "gone" }));
    return Promise.resolve((method === "guestLink.make" ? link : { path: null, origins: [] }) as never);
  });
  await store.read();
  assertEquals(store.link.value?.path, null);
  const making = store.make();
  assertEquals(store.busy.value, true);
  await making;
  assertEquals([store.link.value, store.busy.value], [link, false]);
  broken = true;
  await store.revoke();
  assertEquals([store.link.value, store.error.value?.code], [link, "offline"]);
  broken = false;
  await store.revoke();
  assertEquals([store.link.value?.path, store.error.value], [null, null]);
  assertEquals(asked, ["guestLink.read", "guestLink.make", "guestLink.revoke", "guestLink.revoke"]);
});
