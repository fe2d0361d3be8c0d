import { assert, assertEquals, assertRejects } from "@std/assert";
import { Bucket } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { type Appended, type Bus, isLease, type Lease, LeaseLost, NoAnswer } from "./bus.ts";
import { contract, natsHome } from "./bus_fixture.ts";
import { NatsBus } from "./nats_bus.ts";
import { parseBusAddress } from "@/lib/config/bus_address.ts";
import { HAS_NATS, NatsServer } from "@/tests/nats.ts";
import { until, within } from "@/tests/until.ts";

/** Follows a conversation and keeps what it takes. */
async function followed(bus: Bus, conversation = "c") {
  const taken: Appended[] = [];
  let resets = 0;
  const following = await bus.follow(conversation, { take: (one) => void taken.push(one), reset: () => resets++ });
  const texts = () => taken.map(({ data }) => data).join("");
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
    end = await a.append(lease, `${i},`);
    await a.append(other, "not for c");
  }
  using late = await followed(b);
  const expected = Array.from({ length: 30 }, (_, i) => `${i},`).join("");
  assertEquals(late.texts(), expected, "what is kept is taken before follow() resolves");
  await within("the early one has all", early.following.until(end));
  assertEquals(early.texts(), expected);
  await late.following.until(await a.append(lease, "new"));
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
    for (let i = from; i < to; i++) position = await a.append(lease, `${i},`);
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
  await b.append(next, "next,");
  const end = await b.append(next, "end");
  const began: boolean[] = [];
  const taken: string[] = [];
  using following = await a.follow("c", {
    begin: (isNew) => Promise.resolve(void began.push(isNew)),
    take: ({ data }) => void taken.push(data),
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

Deno.test("a bus (NATS) has its server look for messages only where they are too many to be listed", {
  ignore: !HAS_NATS,
}, async () => {
  await using server = await NatsServer.start();
  const address = parseBusAddress(server.url)!;
  await using a = await NatsBus.connect(address);
  await using b = await NatsBus.connect(address);
  const watching = await connect({ servers: server.url });
  try {
    let looked = 0;
    watching.subscribe("$JS.API.CONSUMER.CREATE.>", { callback: () => void looked++ });
    await watching.flush();
    /** What somebody reads who begins to follow, and how often the server had to look for it. */
    const read = async () => {
      looked = 0;
      using late = await followed(b);
      await watching.flush();
      return [late.texts(), looked];
    };
    const lease = await claimed(a);
    let position = 0;
    const append = async (from: number, to: number) => {
      for (let i = from; i < to; i++) position = await a.append(lease, `${i},`);
    };
    await append(0, 60);
    assertEquals(await read(), [numbers(0, 60), 0], "all that is there");
    await append(60, 100);
    assertEquals(await read(), [numbers(0, 100), 1], "nothing is stored of so many");
    await a.release(lease);
    const next = await claimed(b);
    await b.append(next, "100,");
    assertEquals(await read(), [numbers(0, 101), 1], "who takes it over does not know them either");
    for (let i = 101; i < 140; i++) position = await b.append(next, `${i},`);
    b.stored(next, position);
    await b.append(next, "140,");
    const [text, times] = await read();
    assertEquals(times, 0);
    assert(String(text).endsWith(numbers(120, 141)) && !String(text).startsWith("0,"), "the newest of them");
  } finally {
    await watching.close();
  }
});

function numbers(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => `${from + index},`).join("");
}

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
    await seen.following.until(await a.append(lease, "x"));
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
  await a.append(old, "old ");
  const lease = await b.claim("c", { process: a.self, revision: old.revision });
  assert(isLease(lease));
  const end = await b.append(lease, "new");
  const lost = await assertRejects(() => a.append(old, "too late"), LeaseLost);
  assertEquals(lost.message, "Another process has taken conversation c");
  await seen.following.until(end);
  assertEquals(seen.texts(), "old new");
  assertEquals(
    (await a.claim("c", { process: a.self, revision: old.revision }) as { process: string }).process,
    b.self,
  );
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
  await a.append(lease, "before ");
  await home.cut();
  await until("both have noticed", () => !a.connected && !b.connected);
  const appending = a.append(lease, "meanwhile ");
  await home.join();
  const end = await within("it is appended in the end", appending);
  await within("the follower has it", seen.following.until(end));
  await seen.following.until(await a.append(lease, "after"));
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
  await a.append(lease, "1");
  await a.append(lease, "2");
  // What is forgotten before it was read is missing indeed.
  await seen.following.until(await a.append(lease, "3"));
  await home.cut();
  await home.join();
  await within("it is appended in the end", a.append(lease, "4"));
  // Positions are counted anew, so none of them tells when the follower has learnt of that.
  await until("the follower knows that something may be missing", () => seen.resets() >= 1);
  await until("the follower has what is new", () => seen.texts() === "1234");
  assertEquals((await b.holder("c"))?.process, a.self);
});
