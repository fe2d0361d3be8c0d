import { RequestError } from "@/lib/protocol/request_error.ts";
import type { Config } from "@/lib/config/schema.ts";

/** Checks what clients send against the limits of the configuration. */
export class RequestLimits {
  readonly #limits: Pick<Config["limits"], "frameBytes" | "promptChars">;
  #closed = false;

  constructor(limits: Pick<Config["limits"], "frameBytes" | "promptChars">) {
    this.#limits = limits;
  }

  /** Takes no prompt any more: the server goes down. */
  close(): void {
    this.#closed = true;
  }

  /** @throws {RequestError} when a frame is larger than the limit */
  checkFrame(data: unknown): void {
    const { frameBytes } = this.#limits;
    // A character is at most three bytes in UTF-8, so that only long frames need to be measured.
    if (typeof data !== "string" || data.length * 3 <= frameBytes) return;
    const size = new TextEncoder().encode(data).length;
    if (size <= frameBytes) return;
    throw new RequestError({
      code: "too_long",
      message: `The frame has ${size} bytes, at most ${frameBytes} are taken`,
      hint: "Send less at once, or raise limits.frameBytes",
    });
  }

  /** @throws {RequestError} when the server goes down */
  checkOpen(): void {
    if (this.#closed) throw new RequestError({ code: "shutting_down", message: "The server is going down" });
  }

  /** @throws {RequestError} when the prompt is empty or longer than the limit, or the server goes down */
  checkPrompt(text: string): void {
    const { promptChars } = this.#limits;
    this.checkOpen();
    if (text.trim() === "") {
      throw new RequestError({
        code: "empty_prompt",
        message: "Cannot answer an empty message: write something first",
      });
    }
    if (text.length > promptChars) {
      throw new RequestError({
        code: "too_long",
        message: `The message has ${text.length} characters, at most ${promptChars} are taken`,
        hint: "Shorten it, or raise limits.promptChars",
      });
    }
  }
}
