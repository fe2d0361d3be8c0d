/** Whether a file is what the model takes it for. */
import { joined } from "./file_tree.ts";
import { ImageCheck } from "./image_check.ts";
import { isStrict, parseLoosely } from "./loose_json.ts";
import { soundMotion } from "./motion_file.ts";
import type { Cubism, Role } from "./references.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";
import { MOC_RELEASES } from "@/lib/protocol/moc_releases.ts";

/** The newest moc3 that Core 5.0 reads. */
export const CORE_5_0_MOC: number = MOC_RELEASES.indexOf("5.0");

/** Bytes by which a file is known. */
const HEAD_BYTES = 64;

/** Looks at a file that comes piece by piece. JSON is kept, to be read as a whole, unless it is too long for that. */
export class FileCheck {
  readonly #role: Role;
  readonly #cubism: Cubism;
  readonly #image: ImageCheck | undefined;
  #chunks: Uint8Array[] = [];
  /** Bytes so far. */
  size = 0;
  /** The first of them. */
  head: Uint8Array = new Uint8Array();

  constructor(role: Role, cubism: Cubism) {
    this.#role = role;
    this.#cubism = cubism;
    if (role === "texture" || role === "icon") this.#image = new ImageCheck();
  }

  get #isJson(): boolean {
    return !["moc", "texture", "sound", "icon"].includes(this.#role) &&
      !(this.#role === "motion" && this.#cubism === 2);
  }

  take(chunk: Uint8Array): void {
    this.size += chunk.length;
    this.#image?.take(chunk);
    const lacks = HEAD_BYTES - this.head.length;
    if (lacks > 0) this.head = joined([this.head, chunk.subarray(0, lacks)]);
    if (!this.#isJson) return;
    if (this.size <= UPLOAD_LIMITS.jsonBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  /** What came of it, once all of it has come. */
  result(): Checked {
    if (this.size === 0) return { complaint: "is empty" };
    if (startsWith(this.head, "version https://git-lfs")) {
      return { complaint: "is only a pointer of Git LFS: run `git lfs pull` where it came from" };
    }
    if (this.#role === "moc") {
      return startsWith(this.head, this.#cubism === 2 ? "moc" : "MOC3")
        ? {}
        : { complaint: "is not a Live2D model file" };
    }
    const complaint = this.#image?.complaint();
    if (complaint !== undefined) return { complaint };
    return this.#isJson ? this.#checkJson() : {};
  }

  #checkJson(): Checked {
    if (this.size > UPLOAD_LIMITS.jsonBytes) return beginsAsObject(this.head) ? {} : { complaint: "is not JSON" };
    const bytes = joined(this.#chunks);
    const value = parseLoosely(bytes);
    if (value === undefined) return { complaint: "is not JSON" };
    if (this.#role !== "motion") return isStrict(bytes) ? {} : { mended: value };
    const motion = soundMotion(value);
    if (motion === undefined) return { complaint: "moves nothing" };
    return motion === value && isStrict(bytes) ? {} : { mended: motion };
  }
}

/** `complaint`: what is wrong with a file, as the end of a sentence that starts with its name. */
interface Checked {
  complaint?: string;
  /** JSON that is given out in the file's place, for it could not be read as it is. */
  mended?: unknown;
}

/** Version byte of a moc3; undefined for a Cubism 2 model. */
export function mocVersion(bytes: Uint8Array): number | undefined {
  return startsWith(bytes, "MOC3") ? bytes[4] : undefined;
}

/** The Cubism release that a moc3's version byte stands for, such as `Cubism 5.3`. */
export function cubismRelease(version: number): string {
  const release = MOC_RELEASES[version];
  return release ? `Cubism ${release}` : `a newer Cubism (moc3 version ${version})`;
}

/** All that is asked of JSON that is too long to be read. */
function beginsAsObject(head: Uint8Array): boolean {
  return new TextDecoder().decode(head).trimStart().startsWith("{");
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && [...text].every((sign, i) => bytes[i] === sign.charCodeAt(0));
}
