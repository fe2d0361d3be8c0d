/** A host of files to download, over real HTTP, which does whatever hosts and lines do wrong. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RemoteFile } from "@/lib/downloads/remote_folder.ts";

/** What goes wrong with a file; nothing by itself. */
export interface HostFaults {
  /** The answer's status, with no file. */
  status?: number;
  /** Where it is instead. */
  redirect?: string;
  /** Always begins at the file's beginning. */
  noRanges?: boolean;
  /** The line breaks after so many bytes of an answer. */
  breakAfter?: number;
  /** Nothing comes after so many bytes of an answer until `release()`. */
  holdAfter?: number;
  /** What is sent in place of the file. */
  content?: Uint8Array<ArrayBuffer>;
  /** Leaves its length untold. */
  noLength?: boolean;
}

export interface HostRequest {
  path: string;
  range: string | undefined;
  status: number;
}

export class DownloadHost {
  readonly requests: HostRequest[] = [];
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #faults = new Map<string, HostFaults>();
  // Not Deno.serve(): that one cannot break a line, and says so on standard error.
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #url = "";
  #held = Promise.withResolvers<void>();

  static async open(): Promise<DownloadHost> {
    const host = new DownloadHost();
    await new Promise<void>((resolve) => host.#server.listen(0, "127.0.0.1", resolve));
    host.#url = `http://127.0.0.1:${(host.#server.address() as AddressInfo).port}`;
    return host;
  }

  get url(): string {
    return this.#url;
  }

  /** Puts a file there, and tells of it as a catalogue would. */
  add(path: string, bytes: Uint8Array<ArrayBuffer>): RemoteFile {
    this.#files.set(`/${path}`, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { url: `${this.url}/${path}`, path, bytes: bytes.length, sha256 };
  }

  /** From now on this is wrong with a file; `{}` mends it. */
  fault(path: string, faults: HostFaults): void {
    this.#faults.set(`/${path}`, faults);
  }

  /** Sends what was held. */
  release(): void {
    this.#held.resolve();
    this.#held = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer({ url: path = "", headers: { range } }: IncomingMessage, response: ServerResponse): Promise<void> {
    const faults = this.#faults.get(path) ?? {};
    const content = faults.content ?? this.#files.get(path);
    const from = faults.noRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const answer = (status: number, headers: OutgoingHttpHeaders = {}) => {
      this.requests.push({ path, range, status });
      response.writeHead(status, headers);
    };
    if (faults.redirect !== undefined) answer(302, { location: faults.redirect });
    else if (content === undefined) answer(404);
    else if (faults.status !== undefined) answer(faults.status);
    else if (from > 0 && from >= content.length) answer(416);
    else {
      const range = from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
      const length = !faults.noLength && { "content-length": content.length - from };
      answer(from > 0 ? 206 : 200, { "content-type": "application/octet-stream", ...range, ...length });
      return await this.#send(content.subarray(from), faults, response);
    }
    response.end();
  }

  async #send(content: Uint8Array, { breakAfter, holdAfter }: HostFaults, response: ServerResponse): Promise<void> {
    const write = (part: Uint8Array) => new Promise<unknown>((resolve) => response.write(part, resolve));
    if (breakAfter !== undefined) {
      await write(content.subarray(0, breakAfter));
      response.destroy();
      return;
    }
    await write(content.subarray(0, holdAfter));
    if (holdAfter !== undefined) {
      await this.#held.promise;
      await write(content.subarray(holdAfter));
    }
    response.end();
  }
}

/** Bytes that no compression and no chance makes the same. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** `vits-test/` with a model, tokens, and a file two folders below, as a `.tar.bz2`. */
export const ARCHIVE = fromBase64(
  "QlpoOTFBWSZTWSPCeEoAAR7fgMuwQAP/gEKEAQDm799ACSgwANhQ0o00aANAAAAADAyDIADEaDIZAYJFJk0Sep5TQPUyD1G2pDaj1PU2pd0/YYLv" +
    "Gitc74AJ2oSRKXc8eiIKJ1iOyWMItEkWISGCG6QWTM+VD5NEdrj4SZBnFdQsGCUNyKslEQL3zKUmgU60evI4Rg3lVcZ+RKstVtnCUpwrK3Yw1aHv" +
    "MT4xqR9FDQ0/CJz9mTQyBa14QtDboRcsky0EAPyg7iQ9y+EEDED9sEXhDpgiY0XIvmjdqjXbebX4cUgP8XckU4UJAjwnhKA=",
);

/** The same with a link to /etc/passwd, and a file that would come out beside the folder. */
export const HOSTILE_ARCHIVE = fromBase64(
  "QlpoOTFBWSZTWfpPWjkAAO5/gMmAAIBAA/+AAgQTAG4v38AJCDAAtrBKmkEzUxoEDIGjDT1QJRRqeCmmgyYJtTINBoEpQAAAAAAB+0+5S3UlSg4z" +
    "UER8EQRBlRZoE4+ykDg10yDQbBEFABRDHkISki0iFrFRXSseRBHghuFgEMZdc3Ag5oZQUrJXUXK2fjCJMsXx2MYoGvIPaLpA9sjDDHFQ38El6OdJ" +
    "ueXynoKWCOBQq1a0CKAUhG5RUeLV+TjY/qDA/i7kinChIfSetHI=",
);

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
