import { HearingError, type RecognitionEngine } from "./engine.ts";

/**
 * Who understands what is said: an engine of this machine, or `browser` where the page does that itself.
 *
 * `auto` takes a recogniser that is on this machine, for somebody has put it there, else a server that is configured,
 * else the browser. An engine that is named is taken at its word: where it misses something, it is to say so.
 *
 * @param engine as configured
 * @throws {HearingError} when nobody is to listen
 */
export function chooseRecogniser(
  engine: string,
  engines: ReadonlyMap<string, RecognitionEngine>,
): RecognitionEngine | "browser" {
  if (engine === "off") throw new HearingError("Nobody listens here: `hearing.engine` is off");
  if (engine === "browser") return "browser";
  if (engine !== "auto") return engines.get(engine) ?? "browser";
  return ["sherpa", "openai"].map((id) => engines.get(id)).find((one) => one?.ready) ?? "browser";
}
