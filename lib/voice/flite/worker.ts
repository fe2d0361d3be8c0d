/** Runs flite, a C program made WebAssembly: it blocks its thread while it works, so it has one of its own. */
import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim";
import { type FliteAnswer, type FliteJob, parsePhones } from "./phones.ts";

/** What is global here: the types are those of a page. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<WebAssembly.Module | FliteJob>) => void;
  postMessage(answer: FliteAnswer, transfer: Transferable[]): void;
};

const SOUND = "sound.wav";
/** Of the WAV file that flite writes: where its rate stands, and where its samples begin. */
const RATE_AT = 24;
const HEADER_BYTES = 44;
/** How much is kept of the silence before the first phone, in seconds: a fifth of a second nobody needs to wait for. */
const LEAD = 0.05;

/** Flite itself, compiled once for all threads. */
const flite = Promise.withResolvers<WebAssembly.Module>();

scope.onmessage = async ({ data }) => {
  if (data instanceof WebAssembly.Module) return flite.resolve(data);
  const answer = synthesise(await flite.promise, data);
  scope.postMessage(answer, "samples" in answer ? [answer.samples.buffer] : []);
};

function synthesise(program: WebAssembly.Module, { text, voice, rate, pitch }: FliteJob): FliteAnswer {
  const [printed, complaint] = [new Printed(), new Printed()];
  const folder = new PreopenDirectory("/", new Map());
  const options = ["--setf", `duration_stretch=${1 / rate}`, "--setf", `f0_shift=${pitch}`];
  const wasi = new WASI(
    ["flite", "-voice", voice, ...options, "-psdur", "-t", text, "-o", `/${SOUND}`],
    [],
    [new OpenFile(new File([])), printed.stream, complaint.stream, folder],
    { debug: false },
  );
  try {
    // A memory of its own for each sentence: whatever one leaves behind is gone with it.
    const instance = new WebAssembly.Instance(program, { wasi_snapshot_preview1: wasi.wasiImport });
    const code = wasi.start(instance as Parameters<WASI["start"]>[0]);
    const sound = folder.dir.contents.get(SOUND);
    if (code !== 0 || !(sound instanceof File) || sound.data.byteLength < HEADER_BYTES) {
      return { error: `it ended with code ${code} and ${complaint.text.trim() || "no sound"}` };
    }
    return withoutLead(sound.data, parsePhones(printed.text));
  } catch (error) {
    return { error: String(error) };
  }
}

/** What a program prints. */
class Printed {
  text = "";
  readonly #decoder = new TextDecoder();
  readonly stream = new ConsoleStdout((bytes) => {
    this.text += this.#decoder.decode(bytes, { stream: true });
  });
}

function withoutLead(wav: Uint8Array, phones: ReturnType<typeof parsePhones>): FliteAnswer {
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
