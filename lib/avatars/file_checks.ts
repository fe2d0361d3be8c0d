/** Whether a file is what the model takes it for, by its first bytes. */
import { joined } from "./file_tree.ts";
import type { Cubism, Role } from "./references.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/** The newest moc3 that Core 5.0 reads. The format's version byte: 1 Cubism 3.0, 2 3.3, 3 4.0, 4 4.2, 5 5.0, 6 5.3. */
export const CORE_5_0_MOC = 5;

const CUBISM_OF_MOC: Record<number, string> = { 1: "3.0", 2: "3.3", 3: "4.0", 4: "4.2", 5: "5.0", 6: "5.3" };

/** Bytes by which a file is known. */
const HEAD_BYTES = 64;

/** Looks at a file that comes piece by piece. JSON is kept, to be read as a whole, unless it is too long for that. */
export class FileCheck {
  readonly #role: Role;
  readonly #cubism: Cubism;
  #chunks: Uint8Array[] = [];
  /** Bytes so far. */
  size = 0;
  /** The first of them. */
  head: Uint8Array = new Uint8Array();

  constructor(role: Role, cubism: Cubism) {
    this.#role = role;
    this.#cubism = cubism;
  }

  get #isJson(): boolean {
    return !["moc", "texture", "sound"].includes(this.#role) && !(this.#role === "motion" && this.#cubism === 2);
  }

  take(chunk: Uint8Array): void {
    this.size += chunk.length;
    const lacks = HEAD_BYTES - this.head.length;
    if (lacks > 0) this.head = joined([this.head, chunk.subarray(0, lacks)]);
    if (!this.#isJson) return;
    if (this.size <= UPLOAD_LIMITS.jsonBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  /** What is wrong with the file, as the end of a sentence that starts with its name; undefined when it looks right. */
  complaint(): string | undefined {
    if (this.size === 0) return "is empty";
    if (startsWith(this.head, "version https://git-lfs")) {
      return "is only a pointer of Git LFS: run `git lfs pull` where it came from";
    }
    if (this.#role === "moc") {
      return startsWith(this.head, this.#cubism === 2 ? "moc" : "MOC3") ? undefined : "is not a Live2D model file";
    }
    if (this.#role === "texture") return isImage(this.head) ? undefined : "is not an image";
    if (!this.#isJson) return undefined;
    const looksRight = this.size > UPLOAD_LIMITS.jsonBytes ? beginsAsObject(this.head) : isJson(joined(this.#chunks));
    return looksRight ? undefined : "is not JSON";
  }
}

/** Version byte of a moc3; undefined for a Cubism 2 model. */
export function mocVersion(bytes: Uint8Array): number | undefined {
  return startsWith(bytes, "MOC3") ? bytes[4] : undefined;
}

/** The Cubism release that a moc3's version byte stands for, such as `Cubism 5.3`. */
export function cubismRelease(version: number): string {
  const release = CUBISM_OF_MOC[version];
  return release === undefined ? `a newer Cubism (moc3 version ${version})` : `Cubism ${release}`;
}

/** All that is asked of JSON that is too long to be read. */
function beginsAsObject(head: Uint8Array): boolean {
  return new TextDecoder().decode(head).trimStart().startsWith("{");
}

function isImage(bytes: Uint8Array): boolean {
  return startsWith(bytes, "\x89PNG") || startsWith(bytes, "\xff\xd8\xff") ||
    (startsWith(bytes, "RIFF") && startsWith(bytes.subarray(8), "WEBP"));
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false; // That is the question asked.
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && [...text].every((sign, i) => bytes[i] === sign.charCodeAt(0));
}
