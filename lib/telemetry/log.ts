/** Output for whoever runs the server: words for people, and records for machines. */

/** Writes a message for people, such as the address, to standard output. */
export function print(text: string): void {
  // deno-lint-ignore no-console -- the one place that speaks to the terminal
  console.log(text);
}

/** Writes a message for people about what went wrong to standard error. */
export function warn(text: string): void {
  // deno-lint-ignore no-console -- the one place that speaks to the terminal
  console.error(text);
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = typeof LEVELS[number];
/** The fields of a record. Ids, numbers and codes: never the text of a prompt or an answer. */
export type Facts = Record<string, string | number | boolean | undefined>;

let least = LEVELS.indexOf("warn");

/** Sets the least level that is written. */
export function setLogLevel(level: Level): void {
  least = LEVELS.indexOf(level);
}

/** Writes one record, a line of JSON on standard error, if its level is high enough. */
export function log(level: Level, event: string, facts: Facts = {}): void {
  if (LEVELS.indexOf(level) < least) return;
  warn(JSON.stringify({ time: new Date().toISOString(), level, event, ...facts }));
}
