/** What the page says of the first run: what is there, what comes, what was brought. */
import type { UploadKind, UploadProblem } from "@/lib/protocol/uploads.ts";

export interface SetupWords {
  /** Names the list of what is there. */
  checks: string;
  /** With its version, where that is known. */
  serverThere(server: string): string;
  serverMissing(server: string, host: string): string;
  modelThere(model: string): string;
  modelMissing(model: string): string;
  /** While the server cannot be asked. */
  modelUnknown(model: string, server: string): string;
  webglThere: string;
  webglMissing: string;
  webglHelp: string;
  contextThere(tokens: string): string;
  /** The same where a model is loaded with less than it could take. */
  contextLoaded(tokens: string, most: string): string;
  contextUnknown: string;
  /** @param percent of it that is on the graphics card */
  loaded(size: string, percent: number): string;
  memoryHelp: string;
  memoryUnknown: string;
  /** Other models that are in memory. */
  alsoLoaded(models: string): string;
  /** Read out before each line of the list. */
  verdicts: { good: string; weak: string; bad: string; unknown: string };
  startServer: string;
  /** Of a button that starts it, and while it does. */
  start(server: string): string;
  starting(server: string): string;
  getServer(server: string): string;
  checkAgain: string;
  checking: string;
  /** A button. */
  get(model: string): string;
  orUse: string;
  more: string;
  pull: {
    coming(model: string): string;
    there(model: string): string;
    stopped: string;
    failed(model: string): string;
    starting: string;
    progress(completed: string, total: string): string;
    left(time: string): string;
    cancel: string;
    goOn: string;
  };
  drop: {
    /** Over the whole page while something is held above it. */
    title: string;
    text: string;
    reading: string;
    sending(label: string): string;
    checking(label: string): string;
    done: Record<UploadKind, (name: string) => string>;
    failed: Record<UploadKind, (label: string) => string>;
    /** A status of HTTP; at 413 with what to do. */
    proxyAnswered(status: number): string;
    connectionLost: string;
    problems: Record<UploadProblem, string>;
    /** Above the models of which one is to be chosen. */
    several(label: string): string;
    /** Above what was found in a new avatar. */
    review(name: string): string;
  };
  review: {
    found(faces: number, motions: number): string;
    faces: string;
    /** The face that is found where the reader chooses none; undefined: a pose, or none. */
    byItself(name: string | undefined): string;
    missing(count: number): string;
    take: string;
    remove: string;
  };
  /** Where the settings cannot be brought. */
  notLoaded: string;
}
