import { assertEquals, assertThrows } from "@std/assert";
import { type MicrophoneHolder, MicrophonePlaces } from "./microphone_places.ts";
import { MemoryHub } from "@/lib/bus/memory_bus.ts";
import { OWNER } from "@/lib/principal.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { until } from "@/tests/until.ts";

const guest = (name: number | string, session = "only"): MicrophoneHolder => ({
  principal: { role: "guest", id: `guest:${name}` },
  session,
});

const owner = (session: string): MicrophoneHolder => ({ principal: OWNER, session });

/** Takes a place for each of these. Gives back those that have lost it, and what gives up each of the others. */
function take(places: MicrophonePlaces, holders: readonly MicrophoneHolder[]) {
  const lost: string[] = [];
  const leaves = holders.map((holder) => {
    const { principal: { id }, session } = holder;
    const leave: () => void = places.take(holder, ({ code }) => {
      lost.push(`${id} ${session} ${code}`);
      leave();
    });
    return leave;
  });
  return { lost, leaves };
}

const refused = (places: MicrophonePlaces, holder: MicrophoneHolder) =>
  assertThrows(() => places.take(holder, () => {}), RequestError).error;

Deno.test("guests leave places to the owner, and an earlier guest makes room for the next", () => {
  using places = new MicrophonePlaces();
  const guests = take(places, Array.from({ length: 48 }, (_, index) => guest(index)));
  assertEquals(refused(places, guest("late")), {
    code: "too_many",
    message: "Cannot listen to another guest: 48 are listened to already",
    hint: "Write, or try again later",
  });
  const mine = take(places, Array.from({ length: 16 }, (_, index) => owner(`s${index}`)));
  assertEquals(
    refused(places, owner("one more")).message,
    "Cannot listen to another microphone: 64 are listened to already",
  );
  mine.leaves[0]!();
  assertEquals(refused(places, guest("late")).code, "too_many");
  guests.leaves[0]!();
  take(places, [guest("late")]);
  assertEquals([guests.lost, mine.lost], [[], []]);
});

Deno.test("a guest has one microphone, however many sessions it opens; the owner has one a browser", () => {
  using places = new MicrophonePlaces();
  const { lost } = take(places, [guest("anna", "a"), guest("ben", "b"), guest("anna", "c"), owner("d"), owner("e")]);
  assertEquals(lost, ["guest:anna a hearing_failed"]);
  take(places, [owner("d")]);
  assertEquals(lost, ["guest:anna a hearing_failed", "owner d hearing_failed"]);
  places[Symbol.dispose]();
  assertEquals(lost.slice(2), ["guest:ben b shutting_down", "guest:anna c shutting_down", "owner e shutting_down"]);
});

Deno.test("the newest microphone of a browser is the one that is listened to in all processes", async () => {
  const hub = new MemoryHub();
  await using here = hub.connect();
  await using there = hub.connect();
  using places = new MicrophonePlaces(here);
  using elsewhere = new MicrophonePlaces(there);
  let told = 0;
  there.hear("listening", () => void told++);
  const { lost } = take(places, [guest("anna", "a"), guest("ben", "b"), owner("c")]);
  await until("the other process has been told of them", () => told === 3);
  const later = take(elsewhere, [guest("anna", "d"), owner("c")]);
  await until("they are listened to there", () => lost.length === 2);
  assertEquals([lost, later.lost], [["guest:anna a hearing_failed", "owner c hearing_failed"], []]);
});

Deno.test("of two microphones of a browser that begin at once in two processes, one is listened to", async () => {
  const hub = new MemoryHub();
  await using here = hub.connect();
  await using there = hub.connect();
  let told = 0;
  for (const bus of [here, there]) bus.hear("listening", (_, from) => void (from !== bus.self && told++));
  for (const [mine, other] of [[1_000, 1_000], [1_001, 1_000], [1_000, 1_001]] as const) {
    told = 0;
    using places = new MicrophonePlaces(here, () => mine);
    using elsewhere = new MicrophonePlaces(there, () => other);
    const first = take(places, [guest("anna", "a")]);
    const second = take(elsewhere, [guest("anna", "b")]);
    await until("each has been told of the other", () => told >= 2);
    const isFirst = mine > other || mine === other && here.self > there.self;
    assertEquals([first.lost, second.lost], [
      isFirst ? [] : ["guest:anna a hearing_failed"],
      isFirst ? ["guest:anna b hearing_failed"] : [],
    ]);
  }
});

Deno.test("the newest is listened to also where its process has a slow clock; never two are", async () => {
  const hub = new MemoryHub();
  await using here = hub.connect();
  await using there = hub.connect();
  using places = new MicrophonePlaces(here, () => 60_000);
  using elsewhere = new MicrophonePlaces(there, () => 1_000);
  let told = 0;
  there.hear("listening", () => void told++);
  const first = take(places, [owner("a"), owner("b")]);
  await until("the other process has been told of them", () => told === 2);
  const second = take(elsewhere, [owner("a")]);
  await until("it is listened to there", () => first.lost.length === 1);
  assertEquals([first.lost, second.lost], [["owner a hearing_failed"], []]);
  // One that has heard nothing of the others yet.
  await using late = hub.connect();
  using latest = new MicrophonePlaces(late, () => 1_000);
  const third = take(latest, [owner("b")]);
  await until("one of the two has lost its place", () => first.lost.length + third.lost.length === 2);
  assertEquals([first.lost.length, third.lost], [1, ["owner b hearing_failed"]]);
});
