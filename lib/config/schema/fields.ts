/** Kinds of fields. Every `error` text completes the sentence "it should be …". */
import { z } from "zod";
import { connectableHost } from "@/lib/config/ollama_host.ts";

const DAY_SECONDS = 86_400;

export const SECRET = "user:password, or a token in letters, digits and signs";

/** Parts that need no escape, and none that climbs. */
export const PLAIN_PATH = /^(\/(?!\.{1,2}(\/|$))[\w.~-]+)+$/;

export function text(what: string): z.ZodString {
  return z.string({ error: what || undefined }).regex(/\S/, what || "text that is not empty");
}

export function serverAddress(port: string): z.ZodURL {
  return z.url({ protocol: /^https?$/, error: `an address such as http://127.0.0.1:${port}` });
}

export function whole(least: number, most: number): z.ZodInt {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function seconds(fallback: number): z.ZodDefault<z.ZodNumber> {
  const error = `seconds, from 1 to ${DAY_SECONDS}`;
  return z.number({ error }).min(1, { error }).max(DAY_SECONDS, { error }).default(fallback);
}

export function timeScale(): z.ZodNumber {
  const error = "a number greater than 0 and at most 100";
  return z.number({ error }).gt(0, { error }).max(100, { error });
}

export function connectable(value: string, context: z.RefinementCtx): string {
  try {
    return connectableHost(value);
  } catch {
    // The cause would only repeat the value, which the message carries anyway.
    context.addIssue({
      code: "custom",
      message: "an address of Ollama such as http://127.0.0.1:11434, without ? and #",
      input: value,
    });
    return z.NEVER;
  }
}
