import { assert, assertEquals, assertRejects } from "@std/assert";
import { Bucket } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { type Appended, appended, type Bus, isLease, type Lease, LeaseLost, NoAnswer } from "./bus.ts";
import { contract, natsHome } from "./bus_fixture.ts";
import { NatsBus } from "./nats_bus.ts";
import { LEASE_MS } from "./nats_link.ts";
import { parseBusAddress } from "@/lib/config/bus_address.ts";
import { HAS_NATS, NatsServer } from "@/tests/nats.ts";
import { until, within } from "@/tests/until.ts";

/** Follows a conversation and keeps what it takes. */
async function followed(bus: Bus, conversation = "c") {
  const taken: Appended[] = [];
  let resets = 0;
  const following = await bus.follow(conversation, { take: (one) => void taken.push(one), reset: () => resets++ });
  const texts = () => taken.flatMap(({ texts }) => texts).join("");
  return { following, texts, taken, resets: () => resets, [Symbol.dispose]: () => following[Symbol.dispose]() };
}

async function claimed(bus: Bus, conversation = "c"): Promise<Lease> {
  const lease = await bus.claim(conversation);
  assert(isLease(lease), "the lease is free");
  return lease;
}

contract("gives every follower what is appended, once and in order, whenever it comes", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  using early = await followed(b);
  const lease = await claimed(a);
  const other = await claimed(a, "d");
  let end = 0;
  for (let i = 0; i < 30; i++) {
    end = await appended(a, lease, `${i},`);
    await appended(a, other, "not for c");
  }
  using late = await followed(b);
  const expected = Array.from({ length: 30 }, (_, i) => `${i},`).join("");
  assertEquals(late.texts(), expected, "what is kept is taken before follow() resolves");
  await within("the early one has all", early.following.until(end));
  assertEquals(early.texts(), expected);
  await late.following.until(await appended(a, lease, "new"));
  assertEquals(late.texts(), `${expected}new`);
  const positions = late.taken.map(({ position }) => position);
  assertEquals(positions, positions.toSorted((x, y) => x - y));
});

contract("has whoever follows read the newest messages, and all that is not stored", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const lease = await claimed(a);
  const append = async (from: number, to: number) => {
    let position = 0;
    for (let i = from; i < to; i++) position = await appended(a, lease, `${i},`);
    return position;
  };
  const first = async (bus: Bus) => {
    using late = await followed(bus);
    return Number(late.texts().split(",")[0]);
  };
  const stored = await append(0, 400);
  assertEquals(await first(b), 0, "nothing is stored");
  await append(400, 500);
  a.stored(lease, stored);
  const position = await append(500, 501);
  assert(await first(b) > 300 && await first(b) <= 400, "what was appended while it was stored may not be stored");
  a.stored(lease, position);
  await append(501, 800);
  const newest = await first(b);
  assert(newest > 400 && newest <= 501, `${newest} is the first that is not stored, or one of the newest`);
  await a.release(lease);
  const next = await claimed(b);
  await appended(b, next, "next,");
  const end = await appended(b, next, "end");
  const began: boolean[] = [];
  const taken: string[] = [];
  using following = await a.follow("c", {
    begin: (isNew) => Promise.resolve(void began.push(isNew)),
    take: ({ texts }) => void taken.push(...texts),
    reset() {},
  });
  await following.until(end);
  assertEquals([began, taken[0], taken.at(-1)], [[false], `${newest},`, "end"], "who takes it over knows as much");
  using _other = await a.follow("d", {
    begin: (isNew) => Promise.resolve(void began.push(isNew)),
    take() {},
    reset() {},
  });
  assertEquals(began, [false, true]);
});

contract("has all been taken that was appended by the end of `begin`, for it may be stored", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const lease = await claimed(a);
  const taken: string[] = [];
  for (let round = 0; round < 20; round++) {
    taken.length = 0;
    using _following = await b.follow("c", {
      begin: async () => void await appended(a, lease, `${round} `),
      take: ({ texts }) => void taken.push(...texts),
      reset() {},
    });
    assertEquals(taken.at(-1), `${round} `);
  }
});

Deno.test("a bus (NATS) reads the journal of a process once for all conversations that are opened at a time", {
  ignore: !HAS_NATS,
}, async () => {
  await using server = await NatsServer.start();
  const address = parseBusAddress(server.url)!;
  await using a = await NatsBus.connect(address);
  await using b = await NatsBus.connect(address);
  const watching = await connect({ servers: server.url });
  try {
    const conversations = Array.from({ length: 30 }, (_, index) => `c${index}`);
    await Promise.all(conversations.map(async (conversation) => {
      const lease = await claimed(a, conversation);
      for (let i = 0; i < 5; i++) await appended(a, lease, `${conversation} ${i},`);
    }));
    let read = 0;
    watching.subscribe("$JS.API.CONSUMER.CREATE.>", { callback: () => void read++ });
    await watching.flush();
    const all = await Promise.all(conversations.map((conversation) => followed(b, conversation)));
    await watching.flush();
    const expected = conversations.map((conversation) => [0, 1, 2, 3, 4].map((i) => `${conversation} ${i},`).join(""));
    assertEquals(all.map((one) => one.texts()), expected);
    assertEquals(read, 1);
    for (const one of all) one[Symbol.dispose]();
  } finally {
    await watching.close();
  }
});

Deno.test("a bus (NATS) carries in one message what is appended to several conversations", {
  ignore: !HAS_NATS,
}, async () => {
  await using home = await natsHome();
  await using a = await home.connect();
  await using b = await home.connect();
  const leases = await Promise.all(["c", "d", "e"].map((conversation) => claimed(a, conversation)));
  using seen = await followed(b, "d");
  const first = await Promise.all(leases.map((lease) => appended(a, lease, "one")));
  assertEquals(new Set(first).size, 1);
  const long = "字".repeat(150_000);
  const next = await Promise.all(leases.map((lease) => appended(a, lease, long)));
  assertEquals(new Set(next).size, 3, "a server takes a million bytes");
  await seen.following.until(next[1]!);
  assertEquals(seen.texts(), `one${long}`);
});

Deno.test("a bus (NATS) refuses a text that is longer than its server takes, and goes on with all others", {
  ignore: !HAS_NATS,
}, async () => {
  await using home = await natsHome();
  await using a = await home.connect();
  await using b = await home.connect();
  const [lease, other] = [await claimed(a), await claimed(a, "d")];
  using seen = await followed(b);
  const told: unknown[] = [];
  const refused = new Promise<void>((resolve) => {
    const appender = {
      kept: (count: number) => void told.push(count),
      lost: (error: Error) => resolve(void told.push(error.name)),
    };
    for (const text of ["字".repeat(400_000), "behind it"]) a.append(lease, text, appender);
  });
  await within("both are told", Promise.all([refused, appended(a, other, "goes on")]));
  await seen.following.until(await appended(a, lease, "as well"));
  assertEquals([seen.texts(), told], ["as well", ["Error"]]);
});

Deno.test("a lease (NATS) is renewed before the server forgets it", { ignore: !HAS_NATS }, async () => {
  await using home = await natsHome();
  await using a = await home.connect();
  await using b = await home.connect();
  const lease = await claimed(a);
  const { revision } = lease;
  const { now } = Date;
  Date.now = () => now() + LEASE_MS * 0.6;
  try {
    await appended(a, lease, "a day later");
  } finally {
    Date.now = now;
  }
  assert(lease.revision > revision);
  assertEquals(await b.claim("c"), { process: a.self, revision: lease.revision });
  const taken = await b.claim("c", { process: a.self, revision: lease.revision });
  assert(isLease(taken));
  await assertRejects(() => appended(a, lease, "too late"), LeaseLost);
});

contract(
  "tells whoever appends without waiting of each text in order, or that all of the rest are lost",
  async (home) => {
    await using a = await home.connect();
    await using b = await home.connect();
    const lease = await claimed(a);
    using seen = await followed(b);
    let kept = 0;
    let end = 0;
    const lost: Error[] = [];
    const appender = {
      kept: (count: number, position: number) => {
        assert(position > end && lost.length === 0);
        kept += count;
        end = position;
      },
      lost: (error: Error) => void lost.push(error),
    };
    const long = "字".repeat(120_000);
    const texts = [...Array.from({ length: 50 }, (_, i) => `${i},`), long, long, "end"];
    for (const text of texts) a.append(lease, text, appender);
    await until("all are kept", () => kept === texts.length);
    await seen.following.until(end);
    assertEquals(seen.texts(), texts.join(""));
    assert(isLease(await b.claim("c", { process: a.self, revision: lease.revision })));
    for (const text of texts) a.append(lease, text, appender);
    await until("it is told", () => lost.length > 0);
    a.append(lease, "later", appender);
    await until("it is told again", () => lost.length > 1);
    assert(lost.every((error) => error instanceof LeaseLost));
    assertEquals(kept, texts.length);
  },
);

contract("gives a lease to one process, until that one gives it back", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const lease = await claimed(a);
  assertEquals(await b.claim("c"), { process: a.self, revision: lease.revision });
  assertEquals(await b.holder("c"), { process: a.self, revision: lease.revision });
  await a.release(lease);
  assertEquals(await b.holder("c"), undefined);
  const next = await claimed(b);
  assert(next.revision > lease.revision);
  await a.release(lease);
  assertEquals((await a.holder("c"))?.process, b.self, "what was given back is not given back again");
});

Deno.test("a lease (NATS) is granted where the server has given it and its answer was lost", {
  ignore: !HAS_NATS,
}, async () => {
  await using home = await natsHome();
  await using a = await home.connect();
  await using b = await home.connect();
  const { create } = Bucket.prototype;
  Bucket.prototype.create = async function (...args) {
    Bucket.prototype.create = create;
    await create.apply(this, args);
    throw new Error("timeout");
  };
  try {
    const lease = await claimed(a);
    assertEquals(await b.claim("c"), { process: a.self, revision: lease.revision });
    using seen = await followed(b);
    await seen.following.until(await appended(a, lease, "x"));
  } finally {
    Bucket.prototype.create = create;
  }
});

contract("gives a lease to one of those that want it at once", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const got = await Promise.all([a.claim("c"), b.claim("c"), a.claim("c"), b.claim("c")]);
  assertEquals(got.filter(isLease).length, 1);
});

contract("fences who has lost its lease", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  using seen = await followed(b);
  const old = await claimed(a);
  await appended(a, old, "old ");
  const lease = await b.claim("c", { process: a.self, revision: old.revision });
  assert(isLease(lease));
  const end = await appended(b, lease, "new");
  const lost = await assertRejects(() => appended(a, old, "too late"), LeaseLost);
  assertEquals(lost.message, "Another process has taken conversation c");
  await seen.following.until(end);
  assertEquals(seen.texts(), "old new");
  assertEquals(
    (await a.claim("c", { process: a.self, revision: old.revision }) as { process: string }).process,
    b.self,
  );
});

contract("takes one conversation from a process and leaves it the others", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const [old, other] = [await claimed(a), await claimed(a, "d")];
  await appended(a, old, "old ");
  await appended(a, other, "other ");
  using seen = await followed(b, "d");
  const lease = await b.claim("c", { process: a.self, revision: old.revision });
  assert(isLease(lease));
  const [lost, kept] = await Promise.allSettled([appended(a, old, "too late"), appended(a, other, "goes on")]);
  assert(
    lost.status === "rejected" && lost.reason instanceof LeaseLost,
    "of two that are appended at once, one is lost",
  );
  assert(kept.status === "fulfilled");
  await seen.following.until(kept.value);
  assertEquals(seen.texts(), "other goes on");
  using taken = await followed(a);
  await taken.following.until(await appended(b, lease, "new"));
  assertEquals(taken.texts(), "old new");
});

contract("keeps what was appended where one after the other dies before it has stored it", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  await using c = await home.connect();
  const first = await claimed(a);
  await appended(a, first, "a1 ");
  await appended(a, first, "a2 ");
  // One that has the lease, and has said nothing; then one that has said something.
  const second = await b.claim("c", { process: a.self, revision: first.revision });
  assert(isLease(second));
  using early = await followed(c);
  assertEquals(early.texts(), "a1 a2 ");
  const third = await c.claim("c", { process: b.self, revision: second.revision });
  assert(isLease(third));
  const end = await appended(c, third, "c1 ");
  using late = await followed(b);
  await early.following.until(end);
  assertEquals([early.texts(), late.texts()], ["a1 a2 c1 ", "a1 a2 c1 "]);
  await assertRejects(() => appended(a, first, "too late"), LeaseLost);
  await assertRejects(() => appended(b, second, "too late"), LeaseLost);
  // Once all is stored only the newest messages need to be read, and none of those of old holders behind a gap.
  for (let i = 0; i < 40; i++) c.stored(third, await appended(c, third, `${i} `));
  using last = await followed(a);
  assert(last.texts().endsWith(" 38 39 ") && !last.texts().includes("a1"), last.texts());
});

contract("tells whoever comes back to a conversation that was given back what was said last", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const lease = await claimed(a);
  a.stored(lease, await appended(a, lease, "said "));
  await a.release(lease);
  using seen = await followed(b);
  const next = await claimed(b);
  await seen.following.until(await appended(b, next, "again"));
  assertEquals(seen.texts(), "said again");
});

contract("asks another process, and says when that one is not there", async (home) => {
  await using a = await home.connect();
  const b = await home.connect();
  b.serve("mood", (question) => Promise.resolve(`${question}!`));
  b.serve("long", (question) => Promise.resolve(question.repeat(2)));
  const ask = () => a.request(b.self, "mood", "well").catch(() => undefined);
  // The server may hear of b's answering after a's question.
  await until("an answer", async () => await ask() === "well!");
  const long = "x".repeat(400_000);
  assertEquals(await a.request(b.self, "long", long), long + long);
  const untold = await assertRejects(() => a.request(b.self, "weather", "well"), NoAnswer);
  assertEquals(untold.gone, true);
  await b[Symbol.asyncDispose]();
  const error = await assertRejects(() => a.request(b.self, "mood", "well"), NoAnswer);
  assertEquals(error.gone, true);
});

contract("tells every process what is announced, the one that tells as well", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const heard: string[] = [];
  a.hear("news", (data, from) => void heard.push(`a:${data}:${from === a.self}`));
  b.hear("news", (data, from) => void heard.push(`b:${data}:${from === a.self}`));
  b.hear("other", () => void heard.push("wrong"));
  // A subscription is made when the server has it; a lease is asked of the same server, behind it.
  await Promise.all([a.holder("c"), b.holder("c")]);
  a.announce("news", "x");
  await until("both have heard", () => heard.length === 2);
  assertEquals(heard.sort(), ["a:x:true", "b:x:true"]);
});

contract("waits while it is lost, and goes on where it was when it is found", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  const told: boolean[] = [];
  a.onConnection((connected) => told.push(connected));
  using seen = await followed(b);
  const lease = await claimed(a);
  await appended(a, lease, "before ");
  await home.cut();
  await until("both have noticed", () => !a.connected && !b.connected);
  const appending = appended(a, lease, "meanwhile ");
  await home.join();
  const end = await within("it is appended in the end", appending);
  await within("the follower has it", seen.following.until(end));
  await seen.following.until(await appended(a, lease, "after"));
  assertEquals(seen.texts(), "before meanwhile after");
  await until("it was told", () => told.length === 2);
  assertEquals(told, [false, true]);
});

Deno.test("a bus (NATS) whose server has forgotten everything goes on, and says that something may be missing", {
  ignore: !HAS_NATS,
}, async () => {
  await using home = await natsHome({ forget: true });
  await using a = await home.connect();
  await using b = await home.connect();
  using seen = await followed(b);
  const lease = await claimed(a);
  await appended(a, lease, "1");
  await appended(a, lease, "2");
  // What is forgotten before it was read is missing indeed.
  await seen.following.until(await appended(a, lease, "3"));
  await home.cut();
  await home.join();
  await within("it is appended in the end", appended(a, lease, "4"));
  // Positions are counted anew, so none of them tells when the follower has learnt of that.
  await until("the follower knows that something may be missing", () => seen.resets() >= 1);
  await until("the follower has what is new", () => seen.texts() === "1234");
  assertEquals((await b.holder("c"))?.process, a.self);
});
