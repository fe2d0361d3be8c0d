/** Uploads an avatar or a character card to the server, and says how far it is. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type DropData, droppedFiles, type NamedFile, type UploadFiles, uploadOf } from "./upload_files.ts";
import { address } from "@/web/browser/base_path.ts";
import type { UploadKind, UploadProblem, UploadResult } from "@/lib/protocol/uploads.ts";

export type Upload =
  /** What was dropped is being read. */
  | { phase: "reading" }
  /** `share` of it has gone out, from 0 to 1; at 1, the server looks it over. */
  | { phase: "sending"; kind: UploadKind; label: string; share: number }
  | { phase: "done"; kind: UploadKind; result: UploadResult }
  /** There are several models in it: `choices` has the entry file of each. */
  | { phase: "several"; label: string; choices: string[] }
  /**
   * `causes`: all that the server finds wrong, a sentence each; none when the connection failed. `proxyStatus`: of a page
   * that something else has answered with.
   */
  | { phase: "failed"; kind: UploadKind; label: string; causes: string[]; proxyStatus?: number }
  /** Nothing was sent. */
  | { phase: "invalid"; problem: UploadProblem };

/** The server's answer to an upload: what it has stored, which models it has to choose from, or what is wrong. */
export type UploadAnswer = { result: UploadResult } | { choices: string[] } | {
  causes: string[];
  proxyStatus?: number;
};

/**
 * Sends files to the server.
 *
 * @param onShare hears how much has gone out, from 0 to 1
 * @throws {TypeError} when the connection breaks; the signal's reason when it is aborted
 */
export type SendFiles = (
  files: UploadFiles,
  signal: AbortSignal,
  onShare: (share: number) => void,
) => Promise<UploadAnswer>;

export class UploadStore {
  readonly #send: SendFiles;
  readonly #onUploaded: (kind: UploadKind) => void;
  readonly #current = signal<Upload | null>(null);
  #cancel = new AbortController();
  /** What was sent last, for the reader to choose one of the models in it. */
  #sent: UploadFiles | null = null;

  /** @param onUploaded called after each upload that the server has stored */
  constructor(send: SendFiles, onUploaded: (kind: UploadKind) => void) {
    this.#send = send;
    this.#onUploaded = onUploaded;
  }

  /** The upload that is running, or the last one; null after `dismiss()`. */
  get current(): ReadonlySignal<Upload | null> {
    return this.#current;
  }

  /** Uploads what was dropped. To be called within the `drop` event. */
  drop(transfer: DropData): Promise<void> {
    return this.#upload(droppedFiles(transfer));
  }

  /** Uploads files that were picked. */
  pick(files: NamedFile[]): Promise<void> {
    return this.#upload(Promise.resolve(files));
  }

  /** Uploads one of several models, by its entry file. */
  async chooseModel(entry: string): Promise<void> {
    if (this.#sent === null) return;
    const files = { ...this.#sent, entry };
    this.dismiss();
    await this.#sendFiles(files, this.#begin());
  }

  /** Cancels the upload that is running, or forgets the one that has ended. */
  dismiss(): void {
    this.#cancel.abort(new DOMException("The reader has stopped it", "AbortError"));
    this.#current.value = null;
    this.#sent = null;
  }

  /** Forgets what became of an upload that has ended, once something else of its kind was chosen. */
  outdate(kind: UploadKind): void {
    const upload = this.#current.peek();
    if (upload?.phase === "done" && upload.kind === kind) this.dismiss();
  }

  #begin(): AbortSignal {
    this.#cancel = new AbortController();
    return this.#cancel.signal;
  }

  #tell(upload: Upload, signal: AbortSignal): void {
    if (!signal.aborted) this.#current.value = upload;
  }

  async #upload(files: Promise<NamedFile[]>): Promise<void> {
    this.dismiss();
    const signal = this.#begin();
    this.#tell({ phase: "reading" }, signal);
    let upload: UploadFiles | UploadProblem;
    try {
      upload = uploadOf(await files);
    } catch {
      // The disk, or whoever guards it, does not give the files: there is nothing to send.
      upload = "nothing";
    }
    if (typeof upload === "string") return this.#tell({ phase: "invalid", problem: upload }, signal);
    await this.#sendFiles(upload, signal);
  }

  async #sendFiles(files: UploadFiles, signal: AbortSignal): Promise<void> {
    const { kind, label } = files;
    const tell = (upload: Upload) => this.#tell(upload, signal);
    tell({ phase: "sending", kind, label, share: 0 });
    try {
      const answer = await this.#send(files, signal, (share) => tell({ phase: "sending", kind, label, share }));
      if ("choices" in answer) {
        if (!signal.aborted) this.#sent = files;
        return tell({ phase: "several", label, ...answer });
      }
      if ("result" in answer) this.#onUploaded(kind);
      tell(
        "result" in answer
          ? { phase: "done", kind, result: answer.result }
          : { phase: "failed", kind, label, ...answer },
      );
    } catch {
      // Only the connection fails like this: what is wrong with the files is an answer.
      tell({ phase: "failed", kind, label, causes: [] });
    }
  }
}

/** An avatar is looked at before it is shown. */
const PATHS: Record<UploadKind, string> = { avatar: "/api/avatars?show=no", character: "/api/characters" };

/** Sends files to the page's own server, by XMLHttpRequest: `fetch` does not tell how much has gone out. */
export function sendFiles(
  { kind, files, entry }: UploadFiles,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<UploadAnswer> {
  const form = new FormData();
  for (const { path, file } of files) form.append("file", file, path);
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<UploadAnswer>();
  const abort = () => {
    request.abort();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total);
  request.upload.onload = () => onShare(1);
  request.onload = () => resolve(parseUploadAnswer(request.status, request.responseText));
  request.onerror = () => reject(new TypeError(`Cannot send to ${PATHS[kind]}: the connection broke`));
  request.open("POST", address(PATHS[kind]) + (entry === undefined ? "" : `&entry=${encodeURIComponent(entry)}`));
  request.send(form);
  return promise.finally(() => signal.removeEventListener("abort", abort));
}

/** Reads the answer to an upload: JSON, or plain text from a proxy that stands before the server. */
export function parseUploadAnswer(status: number, body: string): UploadAnswer {
  const { name, warnings, url, choices, message, hint } = fieldsOf(body);
  if (status === 201 && typeof name === "string") {
    const told = Array.isArray(warnings) ? warnings.map(String) : [];
    return { result: { name, warnings: told, ...(typeof url === "string" && { url }) } };
  }
  if (status === 409 && Array.isArray(choices)) return { choices: choices.map(String) };
  // A page is for the eye: its lines are no causes, and its status says all there is to know.
  if (typeof message !== "string" && /<\w/.test(body)) return { causes: [], proxyStatus: status };
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
