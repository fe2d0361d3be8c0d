import { assert, assertEquals, assertThrows } from "@std/assert";
import { InterruptionJudge } from "./interruption.ts";
import { framesOf, hiss, joined, mixed, silence, syllables } from "./voice_fixture.ts";

const HERS = syllables(5000, 1);
/** Her voice as a room gives it back, 96 ms late and at a third, in a soft hiss. */
const ROOM = mixed(joined(silence(96), HERS).subarray(0, HERS.length).map((one) => one / 3), hiss(5000, 0.0005), 0);
/** When somebody else is heard, ms. */
const FROM = 2720;
const SOMEBODY = syllables(1500, 5, 0.2);
const WORD = SOMEBODY.subarray(0, 160 * 16);
/** A mouth that stays shut. */
const HUM = silence(600).map((_, i) =>
  [1, 2, 3, 4, 5, 6].reduce((sum, n) => sum + 0.6 * Math.sin(2 * Math.PI * 180 * n * i / 16_000) / n ** 2, 0)
);

/** What is said of a sound beside her voice, and when, in ms from its beginning. */
function judged(
  other: Float32Array,
  words: Record<number, string> = {},
  given = HERS,
  room = ROOM,
  from = FROM,
): string[] {
  const judge = new InterruptionJudge();
  const own = framesOf(given);
  return framesOf(mixed(room, other, from)).flatMap((heard, index) => {
    const at = (index + 1) * 32 - from;
    const told = words[at];
    const verdicts = [judge.frame(heard, own[index]!, true), told === undefined ? undefined : judge.words(told)];
    return verdicts.flatMap((verdict) => verdict === undefined ? [] : [`${verdict} ${at}`]);
  });
}

Deno.test("InterruptionJudge hears nobody in her own voice", () => {
  assertEquals(judged(silence(0)), []);
});

Deno.test("InterruptionJudge lowers her at once for somebody, and stops her within half a second", () => {
  const [lower = "", stop = ""] = judged(SOMEBODY);
  assert(/^lower (?:32|64)$/.test(lower), lower);
  const [word, at] = stop.split(" ");
  assert(word === "stop" && Number(at) <= 32 + 500, stop);
});

Deno.test("InterruptionJudge lowers her at once for who speaks into her first words, when the room is not known", () => {
  const [lower = "", stop] = judged(SOMEBODY, { 224: "actually" }, HERS, ROOM, 256);
  assert(/^lower (?:32|64)$/.test(lower), lower);
  assertEquals(stop, "stop 224");
});

Deno.test("InterruptionJudge lowers her at once for who speaks low and is above her in few bands", () => {
  const low = silence(600).map((_, i) =>
    [1, 2, 3].reduce((sum, n) => sum + 0.05 * Math.sin(2 * Math.PI * 130 * n * i / 16_000), 0)
  );
  assert(/^lower (?:32|64)$/.test(judged(low)[0] ?? ""), judged(low).join());
});

Deno.test("InterruptionJudge hears nobody in her first words, or raises her again at its second look at the room", () => {
  for (const late of [20, 100, 180, 240]) {
    const room = mixed(joined(silence(late), HERS).subarray(0, HERS.length).map((one) => one / 3), hiss(5000, 5e-4), 0);
    const [lower, echo, ...more] = judged(silence(0), {}, HERS, room, 0);
    assertEquals(more, [], `${late} ms late`);
    if (lower !== undefined) assertEquals(echo, `echo ${Number(lower.split(" ")[1]) + 128}`, `${late} ms late`);
  }
});

Deno.test("InterruptionJudge goes by words as soon as they come: what interrupts, and what only listens", () => {
  assertEquals(judged(SOMEBODY, { 224: "actually" }).slice(1, 2), ["stop 224"]);
  assertEquals(judged(SOMEBODY.subarray(0, 560 * 16), { 224: "yeah" }).filter((one) => one.startsWith("stop")), []);
});

Deno.test("InterruptionJudge lets a hum and a noise pass", () => {
  assertEquals(judged(HUM).map((one) => one.split(" ")[0]), ["lower", "continue"]);
  assertEquals(judged(hiss(600, 0.2)).map((one) => one.split(" ")[0]), ["lower", "continue"]);
});

Deno.test("InterruptionJudge stops her for a word that was let pass, where words come late, but not for ever", () => {
  const of = (words: Record<number, string>) => judged(WORD, words).filter((one) => one.startsWith("stop"));
  assertEquals([of({}), of({ 800: "yeah" })], [[], []]);
  assertEquals([of({ 800: "actually" }).length, of({ 2272: "actually" }).length], [1, 0]);
});

Deno.test("InterruptionJudge stops her for a command of which hardly anything was heard, and for nothing else then", () => {
  const short = SOMEBODY.subarray(32 * 16, 96 * 16);
  const of = (words: Record<number, string>) => judged(short, words).filter((one) => one.startsWith("stop"));
  assertEquals([of({ 448: "stop" }), of({ 800: "stop" })], [["stop 448"], ["stop 800"]]);
  assertEquals([of({ 448: "the garden" }), of({ 800: "the garden" })], [[], []]);
});

Deno.test("InterruptionJudge says nothing of her own words, where nobody else was heard", () => {
  assertEquals(judged(silence(0), { 224: "stop", 800: "the garden" }), []);
});

Deno.test("InterruptionJudge judges nothing half a second after she has fallen silent", () => {
  const until = (sound: Float32Array) => joined(sound.subarray(0, 2000 * 16), hiss(3000, 0.0005));
  const given = joined(HERS.subarray(0, 2000 * 16), silence(3000));
  assertEquals(judged(SOMEBODY, { 224: "stop" }, given, until(ROOM)), []);
});

Deno.test("InterruptionJudge.frame() throws where it cannot compare", () => {
  assertThrows(() => new InterruptionJudge().frame(silence(32), silence(16), false), RangeError, "512 and 256 samples");
});
