/** Flite in its process: a C program made WebAssembly, which blocks its thread while it works. */
import type { Frame } from "../../subprocess/frames.ts";
import { die, reasonOf, sendFrame } from "../../subprocess/pipes.ts";
import type { FliteJob, FliteSound, Order, Told } from "./flite_worker.ts";
import { parsePhones, type Phone } from "./phones.ts";

/** What flite wants of a system. */
type Shim = typeof import("@bjorn3/browser_wasi_shim");
interface Flite {
  shim: Shim;
  program: WebAssembly.Module;
}

const SOUND = "sound.wav";
/** Of the WAV file that flite writes: where its rate stands, and where its samples begin. */
const RATE_AT = 24;
const HEADER_BYTES = 44;
/** How much is kept of the silence before the first phone, in seconds: a fifth of a second nobody needs to wait for. */
const LEAD = 0.05;
/** Is said to nobody, first of all: with what is compiled for it, the first sentence takes half of the time. */
const FIRST: FliteJob = { text: "Well.", voice: "slt", rate: 1, pitch: 1 };

let flite: Promise<Flite>;

/** Does what is ordered, and tells it: flite is loaded first, and then says one text after the other. Never throws. */
export function takeOrder(frame: Frame<Order>): void {
  if (!("told" in frame)) return;
  const { told } = frame;
  if ("flite" in told) flite = load(told);
  else void flite.then((loaded) => say(loaded, told));
}

async function load({ shim, flite }: Extract<Order, { flite: string }>): Promise<Flite> {
  try {
    const loaded = {
      shim: await import(shim),
      program: await WebAssembly.compile(await Deno.readFile(new URL(flite))),
    };
    synthesise(loaded, FIRST);
    return loaded;
  } catch (error) {
    return die(error);
  }
}

function say(flite: Flite, job: FliteJob): void {
  try {
    const { samples, ...told } = synthesise(flite, job);
    sendFrame({ samples, stream: 0 });
    tell(told);
  } catch (error) {
    tell({ refused: reasonOf(error) });
  }
  // Each sentence leaves 19 MB behind, of which the collector would let hundreds pile up.
  (globalThis as { gc?: () => void }).gc?.();
}

function tell(told: Told): void {
  sendFrame({ told });
}

/** @throws {Error} saying how flite has ended, when it made no sound */
function synthesise({ shim, program }: Flite, { text, voice, rate, pitch }: FliteJob): FliteSound {
  const { File, OpenFile, PreopenDirectory, WASI } = shim;
  const [printed, complaint] = [new Printed(shim), new Printed(shim)];
  const folder = new PreopenDirectory("/", new Map());
  const options = ["--setf", `duration_stretch=${1 / rate}`, "--setf", `f0_shift=${pitch}`];
  const wasi = new WASI(
    ["flite", "-voice", voice, ...options, "-psdur", "-t", text, "-o", `/${SOUND}`],
    [],
    [new OpenFile(new File([])), printed.stream, complaint.stream, folder],
    { debug: false },
  );
  // A memory of its own for each sentence: whatever one leaves behind is gone with it.
  const instance = new WebAssembly.Instance(program, { wasi_snapshot_preview1: wasi.wasiImport });
  const code = wasi.start(instance as Parameters<typeof wasi.start>[0]);
  const sound = folder.dir.contents.get(SOUND);
  if (code !== 0 || !(sound instanceof File) || sound.data.byteLength < HEADER_BYTES) {
    throw new Error(`it ended with code ${code} and ${complaint.text.trim() || "no sound"}`);
  }
  return withoutLead(sound.data, parsePhones(printed.text));
}

/** What a program prints. */
class Printed {
  text = "";
  readonly stream;

  constructor({ ConsoleStdout }: Shim) {
    const decoder = new TextDecoder();
    this.stream = new ConsoleStdout((bytes) => void (this.text += decoder.decode(bytes, { stream: true })));
  }
}

function withoutLead(wav: Uint8Array, phones: readonly Phone[]): FliteSound {
  const sampleRate = new DataView(wav.buffer, wav.byteOffset).getUint32(RATE_AT, true);
  const [first] = phones;
  // A sound that is nothing but silence stays as it is.
  const lead = first?.name === "pau" && phones.length > 1 ? Math.max(0, first.end - LEAD) : 0;
  const cut = Math.round(lead * sampleRate);
  const samples = new Int16Array(wav.slice(HEADER_BYTES + 2 * cut).buffer);
  // The voice kal prints a longer last pause than it makes.
  const length = samples.length / sampleRate;
  const phonesLeft = phones.map(({ name, end }, index) => {
    const left = end - cut / sampleRate;
    return { name, end: name === "pau" && index === phones.length - 1 ? Math.min(left, length) : left };
  });
  return { samples, sampleRate, phones: phonesLeft };
}
