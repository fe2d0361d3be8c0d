/** Whether a file is what the model takes it for, by its first bytes. */
import type { Cubism, Role } from "./references.ts";

/** The newest moc3 that Core 5.0 reads. The format's version byte: 1 Cubism 3.0, 2 3.3, 3 4.0, 4 4.2, 5 5.0, 6 5.3. */
export const CORE_5_0_MOC = 5;

const CUBISM_OF_MOC: Record<number, string> = { 1: "3.0", 2: "3.3", 3: "4.0", 4: "4.2", 5: "5.0", 6: "5.3" };

/** What is wrong with a file, as the end of a sentence that starts with its name; undefined when it looks right. */
export function complaintAbout(role: Role, bytes: Uint8Array, cubism: Cubism): string | undefined {
  if (bytes.length === 0) return "is empty";
  if (startsWith(bytes, "version https://git-lfs")) {
    return "is only a pointer of Git LFS: run `git lfs pull` where it came from";
  }
  if (role === "moc") {
    return startsWith(bytes, cubism === 2 ? "moc" : "MOC3") ? undefined : "is not a Live2D model file";
  }
  if (role === "texture") return isImage(bytes) ? undefined : "is not an image";
  if (role === "sound" || (role === "motion" && cubism === 2)) return undefined;
  return isJson(bytes) ? undefined : "is not JSON";
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
