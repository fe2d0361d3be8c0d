import { CardError } from "@/lib/characters/card_error.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { ConfigError } from "@/lib/config/config_error.ts";
import { ModelError } from "@/lib/avatars/model_error.ts";

/**
 * Runs what a page asks for. Errors about what it gave (a value, a model, a character card) become request errors.
 *
 * @throws {RequestError} with code `bad_value`
 */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ConfigError || cause instanceof ModelError || cause instanceof CardError)) throw cause;
    throw new RequestError({ code: "bad_value", message: cause.message }, { cause });
  }
}
