import { randomBytes } from "node:crypto";

/** A new token that nobody can guess: 128 bits in 22 characters, short enough for a link. */
export function randomToken(): string {
  return randomBytes(16).toString("base64url");
}

/** Whether a text has the form of what {@linkcode randomToken} makes. */
export function isRandomToken(text: string): boolean {
  return /^[\w-]{22}$/.test(text);
}
