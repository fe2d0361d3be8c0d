/** Which neural voices can speak here, and which of them says a sentence. */
import type { SpeechRequest, Voice } from "@/lib/voice/engine.ts";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";
import type { InstalledVoices } from "./installed.ts";
import { readModelFolder, type VoiceModel } from "./model_folder.ts";
import { findPackages, NEEDS_PACKAGES, type RuntimePackages, THREADS } from "@/lib/sherpa/runtime.ts";
import type { SherpaJob } from "./voice_process.ts";

/** So many speakers of one voice are listed; others can be named by their number. */
const MOST_LISTED = 200;

/** A voice as it was found. */
export interface Found {
  id: string;
  name: string;
  /** Those that it is known for; what its files say where nothing is known. */
  languages: readonly string[];
  model: VoiceModel;
}

/** What was found. */
export interface Look {
  packages: RuntimePackages | undefined;
  voices: readonly Found[];
  /** What is missing before one of them can speak. */
  needs: string | undefined;
}

/** @param runtime the folder of sherpa-onnx's packages */
export async function look(installed: InstalledVoices, runtime: string): Promise<Look> {
  const packages = await findPackages(runtime);
  const voices: Found[] = [];
  let problem: string | undefined;
  for (const { id, name, languages, folder } of await installed.list()) {
    const model = await readModelFolder(folder);
    if ("problem" in model) problem ??= `The voice ${name} cannot be used: ${model.problem}`;
    else voices.push({ id, name, model, languages: languages.length > 0 ? languages : model.languages });
  }
  return { packages, voices, needs: missing(packages, voices.length, problem) };
}

function missing(packages: RuntimePackages | undefined, voices: number, problem?: string): string | undefined {
  if (packages === undefined) return NEEDS_PACKAGES;
  if (voices > 0) return undefined;
  return problem ?? "Fetch a voice in the settings, or put its folder into voices of the data folder";
}

export function speaks({ languages }: Pick<Found, "languages">, language: string): boolean {
  return languages.some((one) => primaryLanguage(one) === primaryLanguage(language));
}

/** As they can be named in the configuration: by their folder, and behind that the speaker where there are several. */
export function named({ id, name, languages, model: { speakers } }: Found): Voice[] {
  if (speakers.length === 1) return [{ id, name, languages }];
  return speakers.slice(0, MOST_LISTED).map((speaker, index) => ({
    id: `${id}#${speaker.name ?? index}`,
    name: `${name}: ${speaker.name ?? index}`,
    languages: speaker.languages,
  }));
}

/** How a sentence is said with what was found; a voice that does not speak its language makes way for one that does. */
export function jobOf(
  { packages = {}, voices }: Look,
  { text, language, voice = "", rate, pitch }: SpeechRequest,
): SherpaJob | undefined {
  const wanted = wantedOf(voices, voice);
  const isFit = (one: Found) => speaks(one, language);
  const found = wanted !== undefined && isFit(wanted) ? wanted : voices.find(isFit) ?? wanted ?? voices[0];
  if (found === undefined) return undefined;
  const { model } = found;
  const { kind, files, folder } = model;
  return {
    packages,
    folder,
    config: {
      model: { [kind]: files, numThreads: THREADS, provider: "cpu", debug: 0 },
      maxNumSentences: 1,
      ruleFsts: readsByRules(found, language) ? model.rules.join(",") : "",
    },
    text,
    // What is played faster by as much as it is made slower is higher, and lasts as long.
    manner: { sid: speakerOf(found, voice, language), speed: rate / pitch, extra: extraOf(model, language) },
  };
}

/** A voice by its id, `id#speaker`, or the name of a speaker alone. */
function wantedOf(voices: readonly Found[], voice: string): Found | undefined {
  return voices.find(({ id }) => id === voice || voice.startsWith(`${id}#`)) ??
    voices.find(({ model }) => model.speakers.some(({ name }) => name === voice));
}

function speakerOf({ id, model: { speakers } }: Found, voice: string, language: string): number {
  const name = voice.startsWith(`${id}#`) ? voice.slice(id.length + 1) : voice;
  const byName = speakers.findIndex((speaker) => speaker.name === name);
  if (byName >= 0) return byName;
  if (name !== voice && speakers[Number(name)] !== undefined) return Number(name);
  return Math.max(0, speakers.findIndex((speaker) => speaks(speaker, language)));
}

/** The rules are for Chinese: by them the numbers of other languages would become Chinese, too. */
function readsByRules({ languages }: Found, language: string): boolean {
  return primaryLanguage(language) === "zh" || languages.every((one) => primaryLanguage(one) === "zh");
}

/** Those that speak many languages want to know which one; Kokoro finds English and Chinese out by itself. */
function extraOf({ kind }: VoiceModel, language: string): Record<string, string> {
  const lang = primaryLanguage(language);
  const told = kind === "supertonic" || kind === "kokoro" && lang !== "en" && lang !== "zh";
  return told ? { lang } : {};
}
