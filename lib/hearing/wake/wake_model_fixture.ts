/** For tests: models that find wake words in tones, and the pieces that they are spelled in. */
import { join } from "node:path";
import { writeToneRecogniser } from "@/lib/hearing/sherpa/tone_recogniser_fixture.ts";
import { bytes, float, minusOne, number, text } from "@/lib/sherpa/protobuf_fixture.ts";

/** What stands in a `bpe.model`: pieces with their scores, and the kind of model (1: unigram). */
export function piecesModel(pieces: Readonly<Record<string, number>>, kind = 1): Uint8Array<ArrayBuffer> {
  const CONTROL = 3;
  const control = bytes(1, [...text(1, "<s>"), ...float(2, 0), ...number(3, CONTROL)]);
  const all = Object.entries(pieces).flatMap(([piece, score]) => bytes(1, [...text(1, piece), ...float(2, score)]));
  // Models for speech have no sign for a beginning.
  const BEGINNING = 41;
  return Uint8Array.from([...control, ...all, ...bytes(2, [...number(3, kind), ...minusOne(BEGINNING)])]);
}

/** Writes a wake word model into a folder, which is made: it knows the words of the tones, each as a piece. */
export async function writeToneWakeModel(folder: string): Promise<void> {
  await writeToneRecogniser(folder, { streaming: true });
  const tokens = (await Deno.readTextFile(join(folder, "tokens.txt"))).trim().split("\n");
  const words = tokens.map((line) => line.split(" ")[0]!).filter((token) => token.startsWith("▁"));
  // A piece that the model itself has no token for.
  const pieces = Object.fromEntries([...words, "▁alien"].map((word, index) => [word, -1 - index]));
  await Deno.writeFile(join(folder, "bpe.model"), piecesModel(pieces));
}
