import { assert, assertEquals } from "@std/assert";
import { type Bus, NoAnswer } from "./bus.ts";
import { contract } from "./bus_fixture.ts";
import { MemoryBus, MemoryHub } from "./memory_bus.ts";
import { Processes } from "./processes.ts";
import { until } from "@/tests/until.ts";

contract("knows who lives, who has left, and what each has taken", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  using first = new Processes(a);
  first.share(() => ({ sockets: 2 }));
  const dead: string[] = [];
  first.onDead((process) => void dead.push(process));
  const second = new Processes(b);
  second.share(() => ({ sockets: 3 }));
  second.changed(0, 1, 2);
  await until("both know each other", () => first.size === 2 && second.size === 2);
  await until("both know what the other has", () => first.taken("sockets") === 3 && second.taken("sockets") === 2);
  assertEquals([first.isDead(b.self), first.isDead(a.self)], [false, false]);
  await until("it is trusted", () => first.isTrusted);
  second[Symbol.dispose]();
  await until("it is known to have left", () => dead.length === 1);
  assertEquals([dead, first.taken("sockets")], [[b.self], 0]);
  await until("nobody believes in it any more", () => first.isDead(b.self));
});

contract("notices who has died without a word, and takes nobody for dead while it is lost itself", async (home) => {
  await using a = await home.connect();
  const b = await home.connect();
  using first = new Processes(a);
  const second = new Processes(b);
  await until("both know each other", () => first.size === 2 && second.size === 2);
  const dead: string[] = [];
  first.onDead((process) => void dead.push(process));
  await home.cut();
  await until("it is lost", () => !a.connected && !first.isTrusted);
  assertEquals([dead, first.isDead(b.self), first.isDead("a stranger")], [[], false, false]);
  await home.join();
  await until("it is found", () => a.connected && first.isTrusted);
  await b[Symbol.asyncDispose]();
  await until("it is dead", () => dead.length === 1);
  assertEquals(first.isDead(b.self), true);
  second[Symbol.dispose]();
});

/** Counts what processes tell: beats, with which time passes as processes see it. */
function beatsOf(bus: Bus): { count: number } {
  const beats = { count: 0 };
  bus.hear("alive", (_, from) => void (from === bus.self && beats.count++));
  return beats;
}

contract("leaves alone a process that says nothing for long and is still connected", async (home) => {
  await using a = await home.connect();
  await using b = await home.connect();
  // Held up: it has said that it lives, and comes to nothing any more.
  b.serve("alive", () => new Promise(() => {}));
  using first = new Processes(a);
  const dead: string[] = [];
  first.onDead((process) => void dead.push(process));
  await until("it is known", () => {
    b.announce("alive", "{}");
    return first.size === 2;
  });
  const beats = beatsOf(a);
  await until("it has said nothing for eight beats", () => beats.count === 8);
  assertEquals([dead, first.isDead(b.self)], [[], false]);
  await until("it is taken for dead in the end", () => dead.length === 1);
});

Deno.test("a process that hears everything late takes no other one for dead", async () => {
  const hub = new MemoryHub();
  /** While it is held up, what comes has to wait. */
  class LateBus extends MemoryBus {
    readonly waiting: (() => void)[] = [];
    isLate = false;

    override hear(topic: string, take: (data: string, from: string) => void): () => void {
      return super.hear(topic, (data, from) => {
        if (this.isLate) this.waiting.push(() => take(data, from));
        else take(data, from);
      });
    }

    override request(process: string, topic: string, question: string): Promise<string> {
      return this.isLate ? Promise.reject(new NoAnswer(process, false)) : super.request(process, topic, question);
    }
  }
  await using a = new LateBus(hub);
  hub.members.set(a.self, a);
  await using b = hub.connect();
  using first = new Processes(a);
  using _second = new Processes(b);
  const dead: string[] = [];
  first.onDead((process) => void dead.push(process));
  await until("they know each other", () => first.size === 2);
  const beats = beatsOf(b);
  a.isLate = true;
  await until("more beats have passed than a dead one would have missed", () => beats.count > 17);
  a.isLate = false;
  for (const take of a.waiting.splice(0)) take();
  assertEquals([dead, first.size], [[], 2]);
});

contract("knows within three beats of one whose connection is gone", async (home) => {
  await using a = await home.connect();
  const b = await home.connect();
  using first = new Processes(a);
  b.serve("alive", () => Promise.resolve(""));
  await until("it is known", () => {
    b.announce("alive", "{}");
    return first.size === 2;
  });
  await b[Symbol.asyncDispose]();
  const beats = beatsOf(a);
  await until("it is dead", () => first.isDead(b.self));
  assert(beats.count <= 4, `it took ${beats.count} beats`);
});

contract("asks at once for a process that somebody misses", async (home) => {
  await using a = await home.connect();
  using first = new Processes(a);
  const beats = beatsOf(a);
  const dead: string[] = [];
  first.onDead((process) => void dead.push(process));
  first.doubt("a stranger");
  await until("it is dead", () => dead.length === 1);
  assert(beats.count <= 2, `it took ${beats.count} beats`);
});
