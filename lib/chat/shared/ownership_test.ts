import { assertEquals } from "@std/assert";
import { type Holder, isLease, type Lease } from "@/lib/bus/bus.ts";
import { MemoryBus, MemoryHub } from "@/lib/bus/memory_bus.ts";
import { Processes } from "@/lib/bus/processes.ts";
import type { Conversation } from "@/lib/chat/conversation.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { until } from "@/tests/until.ts";
import { Ownership } from "./ownership.ts";

/** Where somebody else is faster than the first claim. */
class ContestedBus extends MemoryBus {
  faster: Holder | undefined;

  override async claim(conversation: string, from?: Holder): Promise<Lease | Holder> {
    const { faster } = this;
    this.faster = undefined;
    return faster ?? await super.claim(conversation, from);
  }
}

Deno.test("a conversation is taken over although whoever was faster has died before it told of that", async () => {
  const hub = new MemoryHub();
  await using bus = new ContestedBus(hub);
  hub.members.set(bus.self, bus);
  using processes = new Processes(bus);
  processes.doubt("one that died");
  await until("it is dead", () => processes.isDead("one that died"));
  const turn: StoredTurn = { turn: "t", prompt: "hi", text: "", thinking: "", state: "streaming" };
  let resumed = 0;
  const ownership = new Ownership({
    id: "c",
    bus,
    processes,
    read: () => Promise.resolve(undefined),
    firstSeq: () => 1,
    make: () => ({ resume: () => void resumed++ }) as unknown as Conversation,
    onChange() {},
    onTruncate() {},
    onTaken() {},
    onHeld() {},
    onLost() {},
    save: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    onDeleted() {},
    mayTake: () => true,
  });
  await ownership.journal.follow(() => Promise.resolve([turn]));
  bus.faster = { process: "one that died", revision: 1 };
  ownership.takeIfUnfinished();
  await until("it is held here", () => ownership.held !== undefined);
  assertEquals([resumed, isLease(ownership.held!.lease)], [1, true]);
  ownership.journal.stop();
});
