/** For tests: recognisers for sherpa-onnx that understand tones, so that what they ought to understand is known. */
import { join } from "node:path";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { FLOAT, INT64, type Node, onnxModel, type Value } from "@/lib/sherpa/onnx_fixture.ts";

/** What they know: each word is a tone of its own, of which none follows itself. */
const WORDS = ["hello", "there", "how", "are", "you", "mao", "stop"];
/** Of the features that sherpa-onnx makes of a sound: how loud it is in so many bands, from one pitch to another. */
const BANDS = 80;
const LOWEST = 20;
const HIGHEST = 7_600;
/** Bands of the first word, and from one word to the next: above most of a voice, which may speak beside the tones. */
const FIRST_BAND = 55;
const BAND_STEP = 3;
/** How loud a band is at least where a word is, as the logarithm of its power. */
const LOUD = 11;
const AMPLITUDE = 20_000;
const WORD_SECONDS = 0.2;
const GAP_SECONDS = 0.1;
/** The tokens: what is between words, and the words. */
const COUNT = WORDS.length + 1;

export interface ToneRecogniserOptions {
  /** Whether it tells words as they come. */
  streaming: boolean;
  /** Takes the place of what finds words in the features, such as by something that sherpa-onnx cannot run. */
  operator?: string;
}

/** Writes a recogniser into a folder, which is made: a transducer that streams, or a Zipformer with CTC. */
export async function writeToneRecogniser(folder: string, options: ToneRecogniserOptions): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const tokens = ["<blk>", ...WORDS.map((word) => `▁${word}`)].map((token, id) => `${token} ${id}\n`).join("");
  await Deno.writeTextFile(join(folder, "tokens.txt"), tokens);
  const models = options.streaming ? transducer(options) : { "model.onnx": ctc(options) };
  for (const [name, bytes] of Object.entries(models)) await Deno.writeFile(join(folder, name), bytes);
}

/** How words that they know sound. */
export function tonesOf(words: string): Int16Array<ArrayBuffer> {
  const [length, gap] = [WORD_SECONDS, GAP_SECONDS].map((seconds) => seconds * MICROPHONE_RATE) as [number, number];
  const samples = words.split(" ").flatMap((word) => {
    const turn = 2 * Math.PI * hertzOf(bandOf(WORDS.indexOf(word))) / MICROPHONE_RATE;
    // It swells and fades, for a click has every pitch.
    const tone = Array.from(
      { length },
      (_, i) => AMPLITUDE * Math.sin(turn * i) * Math.sqrt(Math.sin(Math.PI * i / length)),
    );
    return [...tone, ...new Array<number>(gap).fill(0)];
  });
  return Int16Array.from(samples);
}

/** Words that they know, by a voice that may say anything: what finds voices hears that one. */
export function voiced(voice: Int16Array, words: string): Int16Array<ArrayBuffer> {
  const tones = tonesOf(words);
  const length = Math.max(voice.length, tones.length);
  return Int16Array.from({ length }, (_, index) => (voice[index] ?? 0) / 4 + (tones[index] ?? 0));
}

const bandOf = (word: number): number => FIRST_BAND + BAND_STEP * word;

/** The middle of a band. */
function hertzOf(band: number): number {
  const [low, high] = [LOWEST, HIGHEST].map((hertz) => 1127 * Math.log(1 + hertz / 700)) as [number, number];
  return 700 * (Math.exp((low + (band + 1) * (high - low) / (BANDS + 1)) / 1127) - 1);
}

/** What finds words in the features `x`, frame by frame: as likely as their bands are loud. */
function finding(
  output: string,
  operator = "MatMul",
): { nodes: Node[]; constants: Parameters<typeof onnxModel>[0]["constants"] } {
  const weights = Array.from(
    { length: BANDS * COUNT },
    (_, index) => Math.floor(index / COUNT) === bandOf(index % COUNT - 1) ? 1 : 0,
  );
  return {
    nodes: [
      { op: operator, inputs: ["x", "weights"], output: "loudness" },
      { op: "Add", inputs: ["loudness", "bias"], output },
    ],
    constants: [
      { name: "weights", type: FLOAT, shape: [BANDS, COUNT], values: weights },
      { name: "bias", type: FLOAT, shape: [COUNT], values: [LOUD, ...WORDS.map(() => 0)] },
    ],
  };
}

const floats = (name: string, ...shape: Value["shape"]): Value => ({ name, type: FLOAT, shape });
const integers = (name: string, ...shape: Value["shape"]): Value => ({ name, type: INT64, shape });
const same = (input: string, output: string): Node => ({ op: "Identity", inputs: [input], output });

function ctc({ operator }: ToneRecogniserOptions): Uint8Array<ArrayBuffer> {
  const { nodes, constants } = finding("log_probs", operator);
  return onnxModel({
    nodes: [...nodes, same("x_lens", "log_probs_len")],
    constants,
    inputs: [floats("x", "N", "T", BANDS), integers("x_lens", "N")],
    outputs: [floats("log_probs", "N", "T", COUNT), integers("log_probs_len", "N")],
  }, { model_type: "zipformer2_ctc" });
}

/** It takes a frame at a time, remembers nothing but the last word, and does not say that one again. */
function transducer({ operator }: ToneRecogniserOptions): Record<string, Uint8Array<ArrayBuffer>> {
  const { nodes, constants } = finding("encoder_out", operator);
  const state = { num_encoder_layers: 1, rnn_hidden_size: 1, d_model: 1 };
  const never = Array.from(
    { length: COUNT ** 2 },
    (_, index) => index > 0 && Math.floor(index / COUNT) === index % COUNT ? -100 : 0,
  );
  return {
    "encoder.onnx": onnxModel({
      nodes: [...nodes, same("h", "next_h"), same("c", "next_c")],
      constants,
      inputs: [floats("x", "N", "T", BANDS), floats("h", 1, "N", 1), floats("c", 1, "N", 1)],
      outputs: [floats("encoder_out", "N", "T", COUNT), floats("next_h", 1, "N", 1), floats("next_c", 1, "N", 1)],
    }, { model_type: "lstm", T: 1, decode_chunk_len: 1, ...state }),
    "decoder.onnx": onnxModel({
      nodes: [
        { op: "Gather", inputs: ["never", "y"], output: "rows" },
        { op: "Reshape", inputs: ["rows", "row"], output: "decoder_out" },
      ],
      constants: [
        { name: "never", type: FLOAT, shape: [COUNT, COUNT], values: never },
        { name: "row", type: INT64, shape: [2], values: [-1, COUNT] },
      ],
      inputs: [integers("y", "N", 1)],
      outputs: [floats("decoder_out", "N", COUNT)],
    }, { context_size: 1, vocab_size: COUNT }),
    "joiner.onnx": onnxModel({
      nodes: [{ op: "Add", inputs: ["encoder_out", "decoder_out"], output: "logit" }],
      constants: [],
      inputs: [floats("encoder_out", "N", COUNT), floats("decoder_out", "N", COUNT)],
      outputs: [floats("logit", "N", COUNT)],
    }, { joiner_dim: COUNT }),
  };
}
