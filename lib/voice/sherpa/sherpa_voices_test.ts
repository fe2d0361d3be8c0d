import { assertEquals } from "@std/assert";
import type { ModelKind } from "./model_folder.ts";
import { type Found, jobOf, named } from "./sherpa_voices.ts";

function voice(
  id: string,
  kind: ModelKind,
  languages: string[],
  ...speakers: [name: string, language: string][]
): Found {
  const each = speakers.map(([name, language]) => ({ name, languages: [language] }));
  const model = {
    kind,
    folder: `/${id}`,
    files: { model: `/${id}/model.onnx` },
    rules: [`/${id}/number-zh.fst`, `/${id}/date-zh.fst`],
    languages,
    speakers: each.length === 0 ? [{ languages }] : each,
  };
  return { id, name: id, languages, model };
}

const amy = voice("amy", "vits", ["en-US"]);
const thorsten = voice("thorsten", "vits", ["de"]);
const baker = voice("baker", "matcha", ["zh"]);
const kokoro = voice("kokoro", "kokoro", ["en", "zh", "fr"], ["af_heart", "en"], ["ff_siwis", "fr"], [
  "zf_xiaoni",
  "zh",
]);
const supertonic = voice("supertonic", "supertonic", ["en", "ja"]);

/** What says a sentence: the folder, the number of the speaker, how many rules, and what language is told. */
function chosen(voices: Found[], language: string, voice?: string) {
  const look = { packages: {}, voices, needs: undefined };
  const job = jobOf(look, { text: "", language, rate: 1, pitch: 1, ...(voice !== undefined && { voice }) });
  if (job === undefined) return undefined;
  const { folder, manner: { sid, extra }, config: { ruleFsts } } = job;
  return [folder, sid, ruleFsts.split(",").filter((rule) => rule !== "").length, extra["lang"]];
}

Deno.test("jobOf() takes the chosen voice where it speaks the language, else the first that does", () => {
  const all = [amy, thorsten, baker, kokoro, supertonic];
  assertEquals(chosen(all, "en"), ["/amy", 0, 0, undefined]);
  assertEquals(chosen(all, "de-DE"), ["/thorsten", 0, 0, undefined]);
  assertEquals(chosen(all, "de", "amy"), ["/thorsten", 0, 0, undefined]);
  assertEquals(chosen(all, "en-GB", "kokoro"), ["/kokoro", 0, 0, undefined]);
  assertEquals(chosen(all, "en", "kokoro#2"), ["/kokoro", 2, 0, undefined]);
  assertEquals(chosen(all, "en", "kokoro#zf_xiaoni"), ["/kokoro", 2, 0, undefined]);
  assertEquals(chosen(all, "en", "ff_siwis"), ["/kokoro", 1, 0, undefined]);
  assertEquals(chosen(all, "en", "kokoro#nobody"), ["/kokoro", 0, 0, undefined]);
  assertEquals(chosen(all, "en", "gone"), ["/amy", 0, 0, undefined]);
  // Nobody speaks it: whoever was chosen does what it can.
  assertEquals(chosen(all, "ko", "thorsten"), ["/thorsten", 0, 0, undefined]);
  assertEquals(chosen([], "en"), undefined);
});

Deno.test("jobOf() reads Chinese alone by its rules, and tells who speaks many languages which one", () => {
  assertEquals(chosen([kokoro], "zh"), ["/kokoro", 2, 2, undefined]);
  assertEquals(chosen([kokoro], "fr-FR"), ["/kokoro", 1, 0, "fr"]);
  assertEquals(chosen([baker], "en"), ["/baker", 0, 2, undefined]);
  assertEquals(chosen([supertonic], "ja"), ["/supertonic", 0, 0, "ja"]);
});

Deno.test("voices are named by their folder, and speakers behind that", () => {
  assertEquals([amy, kokoro].flatMap(named).map(({ id, languages }) => [id, ...languages]), [
    ["amy", "en-US"],
    ["kokoro#af_heart", "en"],
    ["kokoro#ff_siwis", "fr"],
    ["kokoro#zf_xiaoni", "zh"],
  ]);
});
