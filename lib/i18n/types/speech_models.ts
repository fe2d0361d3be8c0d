/** What the settings say of neural voices, recognisers, wake words and detectors that can be fetched. */
import type { SpeechModelInfo } from "@/lib/protocol/speech_models.ts";

export interface SpeechModelWords {
  title: string;
  /** Where words go; `host` is where the files come from. */
  about(host: string): string;
  /** Names the box in which the language is chosen. */
  language: string;
  /** What such a model is, beside its languages and its size: how many voices, or when words are told; may be empty. */
  fact(model: SpeechModelInfo): string;
  /** Behind the languages that are named. */
  more(count: number): string;
  license: string;
  /** A link to the page of those who have made it. */
  source: string;
  there: string;
  /** With how much of it has come. */
  partly(completed: string, total: string): string;
  /** Above what a model needs that is not there; all of that comes from npm, and is so large. */
  lacks(size: string): string;
  failed: string;
  /** Buttons; each is read out with the name of the model. */
  get: string;
  getRest: string;
  remove: string;
  /** Names a button or a bar: what it does, and the model. */
  of(action: string, model: string): string;
  /** While the program comes that runs the models. */
  runtime(name: string): string;
  unpacking: string;
  /** What comes along with the first one, and how large it is. */
  along(name: string, size: string): string;
  /** Above the folder. */
  ownFolder: string;
  /** Of a folder that somebody has put there: it can be used, or why not. */
  usable: string;
  unusable(problem: string): string;
}
