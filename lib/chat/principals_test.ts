import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { CallDesk } from "./calls.ts";
import { FakeBrain } from "./fake_brain.ts";
import { Hub } from "./hub.ts";
import { Refused } from "./refused.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { OWNER, type Principal } from "@/lib/principal.ts";

const ANNA: Principal = { role: "guest", id: "guest:anna" };
const BEN: Principal = { role: "guest", id: "guest:ben" };

function openHub(file: string): Hub {
  return new Hub({
    brain: new FakeBrain(),
    store: new SqliteStore(file),
    limits: configSchema.parse({}).limits,
    request: () => ({ model: "m", messages: [] }),
    status: () => ({ provider: "demo", model: "m", modelPresent: null, host: "h", reachable: false, away: false }),
  });
}

Deno.test("after a restart a session is found again by whose it is, and by nobody else", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  const before = openHub(file);
  const seats = [OWNER, ANNA].map((principal) => before.join(principal));
  for (const seat of seats) before.prompt(seat, "t", `of ${seat.principal.id}`);
  await before.close();
  const after = openHub(file);
  const [owners = "", annas = ""] = seats.map(({ id }) => id);
  for (const [thief, id] of [[BEN, annas], [BEN, owners], [ANNA, owners]] as const) {
    const seat = after.join(thief, id);
    assertNotEquals(seat.id, id);
    assertEquals([seat.session.turns, seat.session.owner], [[], thief.id]);
  }
  for (const [principal, id] of [[ANNA, annas], [OWNER, owners]] as const) {
    const seat = after.join(principal, id);
    assertEquals([seat.id, seat.session.owner], [id, principal.id]);
    assertEquals(seat.session.turns.map(({ prompt }) => prompt), [`of ${principal.id}`]);
    // While it is alive, it is as little another's.
    assertNotEquals(after.join(BEN, id).id, id);
  }
  await after.close();
  await Deno.remove(file);
});

Deno.test("a conversation that the owner deletes leaves its guest in a new one of its own", async () => {
  const hub = openHub(":memory:");
  const seat = hub.join(ANNA);
  hub.prompt(seat, "t", "hello");
  const { conversation } = seat.session;
  assertThrows(() => hub.delete(conversation, BEN), Refused, "no such conversation");
  hub.delete(conversation, OWNER);
  assertEquals([seat.session.turns, seat.session.owner], [[], ANNA.id]);
  await hub.close();
});

Deno.test("a call to which nobody has given a role is refused at the start", () => {
  const handler = () => Promise.resolve(null);
  assertThrows(() => new CallDesk().register({ "server.explode": handler } as never), Error, "has no role");
});
