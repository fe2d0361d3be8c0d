/** Why a microphone does not listen. */
import type { TroubleKind } from "@/lib/i18n/types/hearing.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

export interface Trouble {
  kind: TroubleKind;
  /** What the server or the browser says of it. */
  message?: string;
  /** What to do about it. */
  hint?: string;
}

/** What `getUserMedia` throws, by its name. */
const BY_NAME: Readonly<Record<string, TroubleKind>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
  TypeError: "unsupported",
  NotSupportedError: "unsupported",
};

/** What is the matter where a microphone could not be opened. */
export function troubleOf(error: unknown): Trouble {
  const { name = "", message = String(error) } = error instanceof Error ? error : {};
  const kind = BY_NAME[name];
  return kind === undefined ? { kind: "failed", message } : { kind };
}

/** What is the matter where the server says so. */
export function failureOf({ code, message, hint }: TurnError): Trouble {
  if (code === "too_many") return { kind: "crowded" };
  return { kind: "failed", message, ...(hint !== undefined && { hint }) };
}

/** What stands in the way of any microphone in this browser; null: nothing. */
export function noMicrophones(): Trouble | null {
  if (!isSecureContext) return { kind: "insecure" };
  const isAble = navigator.mediaDevices?.getUserMedia !== undefined && globalThis.AudioWorkletNode !== undefined;
  return isAble ? null : { kind: "unsupported" };
}
