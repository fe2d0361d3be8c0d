/** Which languages a voice speaks, by what its makers wrote. */

/** Languages that there are neural voices of, those of Piper first of all. */
const CODES =
  `ar bg bn ca cs cy da de el en es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk kn ko lb lt lv mk ml
  mn ms mt my ne nl no pa pl ps pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz vi yo yue zh`.split(/\s+/);

const english = new Intl.DisplayNames(["en"], { type: "language" });
const NAMES: readonly (readonly [name: string, code: string])[] = CODES.map((code) => [english.of(code) ?? code, code]);

/**
 * Of a speaker of Kokoro, whose language is the first letter of the name: `af_heart` is American. Japanese is left out:
 * sherpa-onnx does not know how its characters are read.
 */
const KOKORO: Readonly<Record<string, string>> = {
  a: "en",
  b: "en",
  e: "es",
  f: "fr",
  h: "hi",
  i: "it",
  p: "pt",
  z: "zh",
};

/** Such as `Chinese + English`, or `multi-lang, e.g., English, Chinese`. */
export function languagesNamed(text: string): string[] {
  return NAMES.filter(([name]) => new RegExp(`\\b${name}\\b`, "i").test(text)).map(([, code]) => code);
}

/** Of a voice of eSpeak's, such as `en-us` or `cmn`; undefined where it names none. */
export function languageOfCode(code: string): string | undefined {
  try {
    return new Intl.Locale(code.split(/[-_]/)[0] ?? "").language;
  } catch {
    return undefined; // That is no code.
  }
}

/** Undefined where the name does not tell. */
export function languageOfKokoro(speaker: string): string | undefined {
  return /^[a-z][fm]_/.test(speaker) ? KOKORO[speaker[0] ?? ""] : undefined;
}
