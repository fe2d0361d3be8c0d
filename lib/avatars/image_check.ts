/** Whether a picture is whole: one that was cut off or damaged on its way has its head all the same. */
import { crc32 } from "node:zlib";
import { joined } from "./file_tree.ts";
import { isPng } from "@/lib/png.ts";

const CUT = "is cut off: copy or download it again";

interface Format {
  take(bytes: Uint8Array): void;
  /** What is wrong with it, once all of it has come. */
  complaint(): string | undefined;
}

/** Looks at a picture that comes piece by piece, and keeps none of it. */
export class ImageCheck {
  #head: Uint8Array = new Uint8Array();
  #format: Format | undefined;

  take(chunk: Uint8Array): void {
    if (this.#format !== undefined) return this.#format.take(chunk);
    this.#head = joined([this.#head, chunk]);
    if (this.#head.length < 12) return;
    this.#format = formatOf(this.#head);
    this.#format.take(this.#head);
  }

  /** What is wrong with it, as the end of a sentence that starts with its name. */
  complaint(): string | undefined {
    return (this.#format ?? formatOf(this.#head)).complaint();
  }
}

function formatOf(head: Uint8Array): Format {
  const text = String.fromCharCode(...head.subarray(0, 12));
  if (isPng(head)) return new Png();
  if (text.startsWith("\xff\xd8\xff")) return new Jpeg();
  if (text.startsWith("RIFF") && text.endsWith("WEBP")) return new Webp(head);
  return { take() {}, complaint: () => text.startsWith("\x89PNG") || text === "" ? CUT : "is not an image" };
}

/** Chunks, each with its length, kind and checksum (https://www.w3.org/TR/png-3/#5Chunk-layout). */
class Png implements Format {
  /** The signature and the head of the first chunk, the head of a chunk, or its checksum. */
  #part: "signature" | "head" | "data" | "checksum" = "signature";
  #pending: Uint8Array = new Uint8Array();
  #kind = "";
  #left = 0;
  #checksum = 0;
  #seen = new Set<string>();
  #complaint: string | undefined;

  take(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#seen.has("IEND") && this.#complaint === undefined) {
      if (this.#part === "data") {
        const data = bytes.subarray(at, at + this.#left);
        this.#checksum = crc32(data, this.#checksum);
        this.#left -= data.length;
        at += data.length;
        if (this.#left === 0) this.#part = "checksum";
        continue;
      }
      const length = this.#part === "checksum" ? 4 : 8;
      const some = bytes.subarray(at, at + length - this.#pending.length);
      this.#pending = joined([this.#pending, some]);
      at += some.length;
      if (this.#pending.length < length) return;
      this.#read(new DataView(this.#pending.buffer));
      this.#pending = new Uint8Array();
    }
  }

  #read(view: DataView): void {
    if (this.#part === "signature") {
      this.#part = "head";
    } else if (this.#part === "head") {
      this.#left = view.getUint32(0);
      const name = new Uint8Array(view.buffer, 4, 4);
      this.#kind = String.fromCharCode(...name);
      this.#checksum = crc32(name);
      this.#part = this.#left === 0 ? "checksum" : "data";
    } else {
      this.#part = "head";
      // Browsers pass over damage in what a picture can do without: kinds that begin with a small letter.
      if (this.#checksum !== view.getUint32(0) && /^[A-Z]/.test(this.#kind)) this.#complaint = "is damaged";
      this.#seen.add(this.#kind);
    }
  }

  complaint(): string | undefined {
    if (this.#complaint !== undefined) return this.#complaint;
    return ["IHDR", "IDAT", "IEND"].every((kind) => this.#seen.has(kind)) ? undefined : CUT;
  }
}

/** It ends with a mark (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1.1.3), or a little before where tools add to it. */
class Jpeg implements Format {
  #ended = false;
  #last = 0;

  take(bytes: Uint8Array): void {
    if (this.#last === 0xff && bytes[0] === 0xd9) this.#ended = true;
    for (let at = bytes.indexOf(0xff); at >= 0 && !this.#ended; at = bytes.indexOf(0xff, at + 1)) {
      this.#ended = bytes[at + 1] === 0xd9;
    }
    this.#last = bytes.at(-1) ?? this.#last;
  }

  complaint(): string | undefined {
    return this.#ended ? undefined : CUT;
  }
}

/** It says first how long it is (https://developers.google.com/speed/webp/docs/riff_container). */
class Webp implements Format {
  readonly #size: number;
  #come = 0;

  constructor(head: Uint8Array) {
    this.#size = new DataView(head.buffer, head.byteOffset).getUint32(4, true) + 8;
  }

  take(bytes: Uint8Array): void {
    this.#come += bytes.length;
  }

  complaint(): string | undefined {
    return this.#come >= this.#size ? undefined : CUT;
  }
}
