/** What the owner changes at one server holds at the others on the same bus. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { HAS_NATS, NatsServer } from "./nats.ts";
import { Page } from "./page_calls.ts";
import type { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import { enter, enterByLink, load, openServer, OWNER, serverWithLink } from "./visitors.ts";
import { LINK_REVOKED } from "@/lib/protocol/v2.ts";

/** What another server has to be told to share everything with one. */
function sharedWith({ services }: TestServer, nats: NatsServer): Record<string, string> {
  return { VTUBER_BUS: nats.url, VTUBER_CONFIG: services.live.path, VTUBER_SERVER_DATA_DIR: services.dataDir };
}

Deno.test({
  name: "a link for guests that is made or taken back at one server is so at the others, where their guests have to go",
  ignore: !HAS_NATS,
  async fn() {
    await using nats = await NatsServer.start();
    await using first = await serverWithLink({}, { env: { VTUBER_BUS: nats.url } });
    await using second = await openServer({}, { env: sharedWith(first, nats) });
    const { secrets } = second.services;
    await using owner = await Page.open(first, OWNER);
    await using guest = await Page.open(second, await enterByLink(second));
    const { path } = await owner.call("guestLink.make", {});
    assertEquals((await guest.client.closed()).code, LINK_REVOKED);
    assertEquals(`/?token=${secrets.guestToken}`, path);
    await using again = await Page.open(second, await enterByLink(second));
    await owner.call("guestLink.revoke", {});
    assertEquals((await again.client.closed()).code, LINK_REVOKED);
    assertEquals([secrets.guestToken, (await load(second, {}, path!)).status], [undefined, 401]);
  },
});

Deno.test({
  name: "a link that is made where it cannot be read lets nobody in, and the one before opens nothing any more",
  ignore: !HAS_NATS,
  async fn() {
    await using nats = await NatsServer.start();
    await using first = await serverWithLink({}, { env: { VTUBER_BUS: nats.url } });
    await using second = await serverWithLink({}, { env: { VTUBER_BUS: nats.url } });
    await using owner = await Page.open(first, OWNER);
    await using guest = await Page.open(second, await enterByLink(second));
    await Deno.writeTextFile(join(second.services.dataDir, "secrets.json"), "damaged");
    await owner.call("guestLink.make", {});
    assertEquals((await guest.client.closed()).code, LINK_REVOKED);
    assertEquals(second.services.secrets.guestToken, undefined);
  },
});

Deno.test({
  name: "a setting that is changed at one server holds at the others, also if they were without the bus",
  ignore: !HAS_NATS,
  async fn() {
    await using nats = await NatsServer.start();
    await using first = await openServer({}, { env: { VTUBER_BUS: nats.url } });
    await using second = await openServer({}, { env: sharedWith(first, nats) });
    await using owner = await Page.open(first, OWNER);
    await using guest = await Page.open(second, await enter(second));
    await owner.write("timeScale", 1.5);
    const told = await guest.client.first((frame) => frame.type === "avatar", 0, "the change");
    assertEquals(told.type === "avatar" && told.config.timeScale, 1.5);
    await owner.write("guests.access", "link");
    assertEquals((await guest.client.closed()).code, LINK_REVOKED);
    assertEquals(second.services.live.current.guests.access, "link");

    await nats.stop();
    await until(
      "both are without the bus",
      () => [first, second].every(({ services }) => services.bus?.connected === false),
    );
    await owner.write("timeScale", 0.5);
    assertEquals(second.services.live.current.timeScale, 1.5);
    await nats.start();
    await until("it is known", () => second.services.live.current.timeScale === 0.5);
  },
});
