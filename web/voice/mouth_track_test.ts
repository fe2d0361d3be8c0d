import { assertAlmostEquals, assertEquals } from "@std/assert";
import { poseAt, trackFromText } from "./mouth_track.ts";

/** The shapes of a text in their order, without those of consonants. */
function shapes(text: string): string[] {
  return trackFromText(text).track.map(({ shape }) => shape).filter((shape) => shape !== "narrow");
}

Deno.test("trackFromText() makes vowels and shut lips of letters, whatever the script, and rests at the end", () => {
  assertEquals(shapes("Mama, see?"), ["closed", "a", "closed", "a", "rest", "e", "rest"]);
  assertEquals(shapes("мир"), ["closed", "i", "rest"]);
  assertEquals(shapes("さくら"), ["a", "u", "a", "rest"]);
  // Characters that do not tell their vowel have one all the same, and so have some of a script that nobody listed.
  assertEquals(shapes("你好").length, 3);
  for (const text of ["مرحبا بك", "שלום לך", "नमस्ते", "สวัสดี"]) {
    const vowels = shapes(text).filter((shape) => shape !== "rest");
    assertEquals([vowels.length > 0, vowels.length < text.length], [true, true], text);
  }
  assertEquals(shapes(""), ["rest"]);
});

Deno.test("trackFromText() takes time for pauses, and less of everything for a voice that is faster", () => {
  const { track, ms } = trackFromText("Ah, oh.");
  const [begin, comma, second] = ["a", "rest", "o"].map((shape) => track.find((one) => one.shape === shape)?.at ?? NaN);
  assertEquals([begin, comma! > 100, second! - comma! > 180, ms > second!], [0, true, true, true]);
  assertAlmostEquals(trackFromText("Ah, oh.", 2).ms, ms / 2);
});

Deno.test("poseAt() is what the track says, and nothing before it, at rest, and where there is none", () => {
  const track = [{ at: 100, shape: "o", strength: 0.8 }, { at: 300, shape: "rest", strength: 1 }] as const;
  assertEquals([50, 100, 299, 300].map((ms) => poseAt(track, ms)), [{}, { o: 0.8 }, { o: 0.8 }, {}]);
  assertEquals(poseAt([], 10), {});
});
