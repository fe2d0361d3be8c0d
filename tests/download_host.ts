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

/** `vits-test/` with the voice of `tone_voice_fixture.ts`, and a file two folders below, as a `.tar.bz2`. */
export const ARCHIVE = fromBase64(
  "QlpoOTFBWSZTWRZSaCkAA6f//f/7/9/+V//w/vYZEP////BAAAEAQAAAEABCCAAICNAD3jmd3dUstlKIaJNBE9TxJoyPRB6nqZGmm1NANPIgAAA0" +
    "AaGBNAcxD1H6UAADQAAAAAA0AAAAAABpkRCYUnkR6m0R5NR6mgAABoeoAAAA0AAaHAANBoaDQAaZBoZA00AABkAGQGQAEkhR6JkDQ0QntTSYAjTT" +
    "JhA0AAAADQAMRBOUnJBvbr/b5u2FtldyGa64ENIgmGQhMyBkwgKWH7O1tSblc4UPUxeEUy7roMisiIBoMJK1ft/tDhGQeA4up8U5GFEFI8JRDhth" +
    "Ig+HAxIXavpBtqVbQ8VVAUiZoKKUGIRIMJEkmhKFBckkkogEFSZqmsYPMSRmUSCbKhqjeUqzp9BlRcUYAhISyX9fS4knDZOoAYm+bulpDDChUQHl" +
    "tSnBLVmeOtBDC65sXgjGONTetE++1pxY5QtsVVKQywMmOMHFajRD49M/yUSQ9LOlLCSYVgkRoggyWKYKBNVTjJ6A+iGAAWBAAAAACGMc003PjFja" +
    "YbDAgYt0xnYYMvBnNjaWQ35fZmn84CeqGM/OTfvYZES5uf5R0L0kr5phVG9Xbbr23tRqkL6WmCnUW/cBCbCCVMjBgpRe1iza0Lcll24443Ku3siV" +
    "Li7/DuuV6j0wZl2fOvJ1nuwwcKEQ7wE2pgspYYQJ7OjXx1wj4cGz6OjFktIZhgYROQtmyFV0BQxjFCQpVUAEWymKJshWJYEAVke936WAILGdaAKa" +
    "muut0IBJJ95BMAiCkpGZwHCZmZAzl3QK2zp6C4ziEXgEO9jGyIekzrVAooohJfvBLXF82iarOoCAZgwLf5JAoj9bXj/R5QbyoWjgeoQIpJ14TExg" +
    "SyWx2wVnYbTuF028000iMy2WSfbOjKkwbpYnCbilHXyxMh0rGyGAra1JVTRwHXgbJC6NUZlKvV1aT8FQzNhRFsXS3R9yxI3H3xMObhsqtMJYWUWd" +
    "VSwRILYGEK7NRdjK9PFMDGZJJFuuHD8QFqhdoJJDKLRAGSlgZNRUYzVjBkVVDgrMLSpmCLGFnmi8yyEhwlkeRkYvDzjcY9Q1bxhFGUvGaZzkSpQ0" +
    "Hg2VivF+ipnRGEM0hMONIWAV2DFeOtKALZzAunRoKRRXBqEyw3WUtJpFhzLiIodGgeOZxkpCeyO18jMjmDzuUQeXTSnYmMY4iOCBOxb7TYkm0C4F" +
    "eFFZEVvQ3639fo4pa0g1WTKoGMZtMUMKgQwrnohPFaaIwsNxDxRr6rZRcLkp5RrJnjyJIXI2p64M0wMJ0yOcMGnbuNdZIkGQz3ag1hZuei/SmYkc" +
    "TkvZDTqJTEKhRM9+C+Ki1dDvWxuNK4Z4XzK5EWBw0hgL0+sd+9Xi1cYOUWdwrY67hEFMiBxg7HJ/ltYkwZv6G9mb/i7kinChICyk0FI=",
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
