import type { VoiceEngine } from "./engine.ts";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";

export interface Choice {
  /** As configured for the character. */
  engine: string;
  /** Of the sentence (BCP 47). */
  language: string;
  /** Languages in which the page's browser has voices on its own device. */
  speaks: readonly string[];
  /** Those of this machine, by id. */
  engines: ReadonlyMap<string, VoiceEngine>;
}

/**
 * Who says a sentence: an engine of this machine, `browser` where the page says it itself, or `none` where nobody does.
 *
 * `auto` takes a neural voice that is on this machine, for somebody has put it there, else a voice of the browser's on the reader's device, else flite for English. An engine that is named is taken at its word: where it does not speak the language, nobody does; where it misses something, it is to say so.
 */
export function chooseEngine({ engine, language, speaks, engines }: Choice): VoiceEngine | "browser" | "none" {
  if (engine === "off") return "none";
  if (engine === "browser") return "browser";
  const speaking = (id: string) => {
    const one = engines.get(id);
    return one?.speaks(language) ? one : undefined;
  };
  if (engine !== "auto") {
    const named = engines.get(engine);
    return named?.ready === false ? named : speaking(engine) ?? "none";
  }
  const neural = speaking("sherpa");
  if (neural !== undefined) return neural;
  const inBrowser = speaks.some((one) => primaryLanguage(one) === primaryLanguage(language));
  return inBrowser ? "browser" : speaking("flite") ?? "none";
}
