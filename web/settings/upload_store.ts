/** Bringing an avatar or a character to the server. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { address } from "@/web/browser/base_path.ts";
import {
  type Dropped,
  droppedFiles,
  type Kind,
  type NamedFile,
  parcelOf,
  type Unfit,
  type UploadFiles,
} from "./dropped.ts";

/** What the server says when it has taken a parcel. */
export interface Taken {
  name: string;
  /** What its owner should know. */
  warnings: string[];
}

export type Upload =
  /** What was dropped is being read. */
  | { phase: "reading" }
  /** `share` of it has gone out, from 0 to 1; at 1, the server looks it over. */
  | { phase: "sending"; kind: Kind; label: string; share: number }
  | { phase: "done"; kind: Kind; taken: Taken }
  /** `causes`: all that is wrong with it, a sentence each; none where the line is what failed. */
  | { phase: "failed"; kind: Kind; label: string; causes: string[] }
  | { phase: "unfit"; why: Unfit };

/** What the server made of a parcel. */
export type Answer = { taken: Taken } | { causes: string[] };

/** Sends a parcel. Rejects when the line breaks, or with the signal's reason. */
export type Send = (files: UploadFiles, signal: AbortSignal, onShare: (share: number) => void) => Promise<Answer>;

export class UploadStore {
  readonly #send: Send;
  readonly #taken: (kind: Kind) => void;
  readonly #current = signal<Upload | null>(null);
  #cancel = new AbortController();

  /** @param taken hears that the server has something new */
  constructor(send: Send, taken: (kind: Kind) => void) {
    this.#send = send;
    this.#taken = taken;
  }

  /** What is going on, or how the last one went; null when that has been seen. */
  get current(): ReadonlySignal<Upload | null> {
    return this.#current;
  }

  /** Takes in what was dropped. To be called within the `drop` event. */
  drop(transfer: Dropped): Promise<void> {
    return this.#bring(droppedFiles(transfer));
  }

  /** Takes in what was picked. */
  pick(files: NamedFile[]): Promise<void> {
    return this.#bring(Promise.resolve(files));
  }

  /** Stops what is going on, or takes what is over out of view. */
  dismiss(): void {
    this.#cancel.abort(new DOMException("The reader has stopped it", "AbortError"));
    this.#current.value = null;
  }

  async #bring(files: Promise<NamedFile[]>): Promise<void> {
    this.dismiss();
    const { signal } = this.#cancel = new AbortController();
    const tell = (upload: Upload) => {
      if (!signal.aborted) this.#current.value = upload;
    };
    tell({ phase: "reading" });
    let parcel: UploadFiles | Unfit;
    try {
      parcel = parcelOf(await files);
    } catch {
      // The disk, or whoever guards it, does not give the files: there is nothing to send.
      parcel = "nothing";
    }
    if (typeof parcel === "string") return tell({ phase: "unfit", why: parcel });
    const { kind, label } = parcel;
    tell({ phase: "sending", kind, label, share: 0 });
    try {
      const answer = await this.#send(parcel, signal, (share) => tell({ phase: "sending", kind, label, share }));
      if ("taken" in answer) this.#taken(kind);
      tell(
        "taken" in answer ? { phase: "done", kind, taken: answer.taken } : { phase: "failed", kind, label, ...answer },
      );
    } catch {
      // Only the line fails like this; what is wrong with the parcel is an answer.
      tell({ phase: "failed", kind, label, causes: [] });
    }
  }
}

const PATHS: Record<Kind, string> = { avatar: "/api/avatars", character: "/api/characters" };

/** Sends a parcel to the page's own server. `fetch` would not tell how far it is. */
export function sendParcel(
  { kind, files }: UploadFiles,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<Answer> {
  const form = new FormData();
  for (const { path, file } of files) form.append("file", file, path);
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const abort = () => {
    request.abort();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total);
  request.upload.onload = () => onShare(1);
  request.onload = () => resolve(readAnswer(request.status, request.responseText));
  request.onerror = () => reject(new TypeError(`Cannot send to ${PATHS[kind]}: the line broke`));
  request.open("POST", address(PATHS[kind]));
  request.send(form);
  return promise.finally(() => signal.removeEventListener("abort", abort));
}

/** Reads what the server says to a parcel: JSON, or a plain sentence from whatever stands before it. */
export function readAnswer(status: number, body: string): Answer {
  const { name, warnings, message, hint } = fieldsOf(body);
  if (status === 201 && typeof name === "string") {
    return { taken: { name, warnings: Array.isArray(warnings) ? warnings.map(String) : [] } };
  }
  const told = typeof message === "string" ? message : body.trim();
  return { causes: [...told.split("\n"), typeof hint === "string" ? hint : ""].filter((line) => line.trim() !== "") };
}

function fieldsOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    // No JSON: it is told as it stands.
    return {};
  }
}
