/**
 * The program of a process that finds voices in sound, understands them, or finds words in them: one of the three, for
 * any number of streams.
 */
import { die, reasonOf, sendFrame, takeOrders } from "../../subprocess/pipes.ts";
import { type Detector, loadDetector, loadRecogniser, loadSpotter, type Recogniser, type Spotter } from "./bindings.ts";
import type { Order, Told } from "./hearing_process.ts";

/** What silero looks at at once, in samples. */
const WINDOW = 512;

/** One stream. */
interface Ear {
  take(samples: Float32Array): void;
  /** Nothing more will come. */
  finish(): void;
  close(): void;
}

const ears = new Map<number, Ear>();
/** Detectors that nobody uses: one takes some time to be made. */
const spare: Detector[] = [];
let loaded: Promise<(stream: number) => Ear> | undefined;

await takeOrders<Order>((frame) => {
  if ("samples" in frame) {
    const samples = Float32Array.from(frame.samples, (sample) => sample / 32768);
    later(frame.stream, (ear) => ear.take(samples));
  } else if ("packages" in frame.told) {
    loaded = load(frame.told);
  } else if ("open" in frame.told) {
    open(frame.told.open);
  } else if ("finish" in frame.told) {
    later(frame.told.finish, (ear) => ear.finish());
  } else {
    const stream = frame.told.close;
    later(stream, (ear) => {
      ear.close();
      ears.delete(stream);
    });
  }
});

async function load(order: Extract<Order, { packages: unknown }>): Promise<(stream: number) => Ear> {
  try {
    if ("detector" in order) {
      const make = loadDetector(order.packages, order.detector);
      spare.push(make());
      return (stream) => detectorEar(stream, spare.pop() ?? make());
    }
    if ("spotter" in order) {
      const make = loadSpotter(order.packages, order.spotter);
      return (stream) => spotterEar(stream, make());
    }
    const make = await loadRecogniser(order.packages, order.recogniser);
    return (stream) => recogniserEar(stream, make());
  } catch (error) {
    return die(error);
  }
}

function open(stream: number): void {
  void loaded?.then((make) => {
    try {
      ears.set(stream, make(stream));
    } catch (error) {
      tell({ refused: stream, why: reasonOf(error) });
    }
  });
}

/** Does something with a stream once that is open; not at all where it never was, or is closed. */
function later(stream: number, work: (ear: Ear) => void): void {
  void loaded?.then(() => {
    const ear = ears.get(stream);
    try {
      if (ear !== undefined) work(ear);
    } catch (error) {
      ears.delete(stream);
      tell({ refused: stream, why: reasonOf(error) });
    }
  });
}

function detectorEar(stream: number, detector: Detector): Ear {
  let rest = new Float32Array();
  let position = 0;
  return {
    take(samples) {
      const all = new Float32Array(rest.length + samples.length);
      all.set(rest);
      all.set(samples, rest.length);
      let at = 0;
      for (; at + WINDOW <= all.length; at += WINDOW) {
        position += WINDOW;
        tell({ heard: stream, position, speech: detector.accept(all.slice(at, at + WINDOW)) });
      }
      rest = all.slice(at);
    },
    finish: () => tell({ text: stream, understood: "" }),
    close() {
      detector.reset();
      spare.push(detector);
    },
  };
}

function recogniserEar(stream: number, recogniser: Recogniser): Ear {
  let partial = "";
  return {
    take(samples) {
      const text = recogniser.accept(samples);
      if (text !== undefined && text !== partial) tell({ partial: stream, understood: partial = text });
    },
    finish() {
      recogniser.finish().then(
        (understood) => tell({ text: stream, understood }),
        (error: unknown) => tell({ refused: stream, why: reasonOf(error) }),
      );
    },
    close: () => recogniser.free(),
  };
}

function spotterEar(stream: number, spotter: Spotter): Ear {
  return {
    take: (samples) => spotter.accept(samples) && tell({ spotted: stream }),
    finish() {
      if (spotter.finish()) tell({ spotted: stream });
      tell({ text: stream, understood: "" });
    },
    close: () => spotter.free(),
  };
}

function tell(told: Told): void {
  sendFrame({ told });
}
