/** For tests: a voice for sherpa-onnx in which every letter is a tone of its own, so that what it says can be heard. */
import { join } from "node:path";
import { type Constant, FLOAT, INT64, type Node, onnxModel } from "@/lib/sherpa/onnx_fixture.ts";

export const TONE_RATE = 16_000;
/** Of each letter at the usual speed. */
export const TONE_SECONDS = 0.1;
const LETTERS = "_abcdefghijklmnopqrstuvwxyz.?!, ";
const LOWEST = 300;
const STEP = 50;
/** How much higher each speaker is than the one before, as a part of the first. */
const SPEAKER_STEP = 0.5;
const LOUDNESS = 0.5;
/** Rows of the matrix that is multiplied by itself in a voice that takes its time. */
const ROWS = 1_024;

export interface ToneVoiceOptions {
  /** How often a matrix is multiplied for each sentence, which takes some 20 to 100 ms each time. Default: never. */
  work?: number;
  /** Takes the place of what makes waves. */
  operator?: string;
  /** Beside what sherpa-onnx wants to know, or in its place. Undefined: left out. */
  metadata?: Readonly<Record<string, string | number | undefined>>;
}

/** Writes the voice into a folder, which is made. It has three speakers. */
export async function writeToneVoice(folder: string, options: ToneVoiceOptions = {}): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(join(folder, "model.onnx"), toneModel(options));
  const tokens = [...LETTERS].map((letter, id) => `${letter} ${id}\n`).join("");
  await Deno.writeTextFile(join(folder, "tokens.txt"), tokens);
}

/** What is heard of a sound, letter by letter, at the usual pitch of a speaker; `?` where it is none of them. */
export function lettersIn(samples: Int16Array, rate: number, { speaker = 0, seconds = TONE_SECONDS } = {}): string {
  const length = Math.round(seconds * rate);
  const tones = [...LETTERS].map((letter, id) => ({
    letter,
    hertz: (LOWEST + STEP * id) * (1 + SPEAKER_STEP * speaker),
  }));
  let heard = "";
  for (let begin = 0; begin + length / 2 < samples.length; begin += length) {
    const part = samples.subarray(begin, begin + length);
    const loud = tones.map(({ letter, hertz }) => ({ letter, power: powerAt(part, hertz / rate) }));
    const best = loud.reduce((one, other) => other.power > one.power ? other : one);
    heard += best.power > (LOUDNESS * 32767 / 4) ** 2 ? best.letter : "?";
  }
  return heard;
}

/** How strong a tone is in a sound, as the square of its amplitude. */
function powerAt(samples: Int16Array, turnsPerSample: number): number {
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, index) => {
    real += sample * Math.cos(2 * Math.PI * turnsPerSample * index);
    imaginary += sample * Math.sin(2 * Math.PI * turnsPerSample * index);
  });
  return (real ** 2 + imaginary ** 2) * (2 / samples.length) ** 2;
}

function toneModel({ work = 0, operator = "Sin", metadata = {} }: ToneVoiceOptions): Uint8Array<ArrayBuffer> {
  const constants: Constant[] = [
    ...floats({ step: STEP, lowest: LOWEST, speakerStep: SPEAKER_STEP, one: 1, loudness: LOUDNESS, nothing: 0 }, [1]),
    ...floats({ usualLength: TONE_SECONDS * TONE_RATE, turn: 2 * Math.PI / TONE_RATE }, []),
    { name: "column", type: INT64, shape: [2], values: [-1, 1] },
    { name: "row", type: INT64, shape: [2], values: [1, -1] },
    { name: "square", type: INT64, shape: [2], values: [ROWS, ROWS] },
    { name: "first", type: INT64, shape: [], values: [0] },
    { name: "second", type: INT64, shape: [], values: [1] },
  ];
  const nodes: Node[] = [
    // How high each letter is.
    node("Cast", ["x"], "letter", { to: FLOAT }),
    node("Mul", ["letter", "step"], "above"),
    node("Add", ["above", "lowest"], "usualHertz"),
    node("Cast", ["sid"], "speaker", { to: FLOAT }),
    node("Mul", ["speaker", "speakerStep"], "higher"),
    node("Add", ["higher", "one"], "factor"),
    node("Mul", ["usualHertz", "factor"], "hertz"),
    node("Reshape", ["hertz", "column"], "hertzColumn"),
    // How long each one is: the second scale is the length, the others are for noise.
    node("Gather", ["scales", "second"], "slowness", { axis: 0 }),
    node("Mul", ["slowness", "usualLength"], "length"),
    node("Cast", ["length"], "samples", { to: INT64 }),
    node("Range", ["first", "samples", "second"], "numbers"),
    node("Cast", ["numbers"], "time", { to: FLOAT }),
    node("Mul", ["time", "turn"], "angle"),
    node("Mul", ["hertzColumn", "angle"], "phase"),
    node(operator, ["phase"], "waves"),
    node("Mul", ["waves", "loudness"], "tones"),
    ...working(work),
    node("Add", ["tones", "worked"], "both"),
    node("Reshape", ["both", "row"], "y"),
  ];
  const known = {
    model_type: "vits",
    comment: "coqui",
    frontend: "characters",
    language: "English",
    sample_rate: TONE_RATE,
    n_speakers: 3,
    use_eos_bos: 0,
    ...metadata,
  };
  return onnxModel({
    nodes,
    constants,
    inputs: [
      { name: "x", type: INT64, shape: [1, "letters"] },
      { name: "x_length", type: INT64, shape: [1] },
      { name: "scales", type: FLOAT, shape: [3] },
      { name: "sid", type: INT64, shape: [1] },
    ],
    outputs: [{ name: "y", type: FLOAT, shape: [1, "samples"] }],
  }, Object.fromEntries(Object.entries(known).flatMap(([key, value]) => value === undefined ? [] : [[key, value]])));
}

/** Takes time, and adds nothing to the sound. */
function working(times: number): Node[] {
  if (times === 0) return [node("Identity", ["nothing"], "worked")];
  const steps = Array.from({ length: times }, (_, index) => [
    node("MatMul", [`matrix${index}`, "matrix0"], `product${index}`),
    node("Tanh", [`product${index}`], `matrix${index + 1}`),
  ]);
  return [
    node("Expand", ["slowness", "square"], "matrix0"),
    ...steps.flat(),
    node("ReduceMean", [`matrix${times}`], "mean", { keepdims: 0 }),
    node("Mul", ["mean", "nothing"], "worked"),
  ];
}

function node(op: string, inputs: string[], output: string, attributes: Record<string, number> = {}): Node {
  return { op, inputs, output, attributes };
}

function floats(values: Record<string, number>, shape: readonly number[]): Constant[] {
  return Object.entries(values).map(([name, value]) => ({ name, type: FLOAT, shape, values: [value] }));
}
