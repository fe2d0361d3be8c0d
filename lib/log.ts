/** What the server tells the person who runs it. */

/** Says one thing for people, such as the address, on standard output. */
export function say(text: string): void {
  // deno-lint-ignore no-console -- the one place that speaks to the terminal
  console.log(text);
}

/** Says what went wrong, for people, on standard error. */
export function complain(text: string): void {
  // deno-lint-ignore no-console -- the one place that speaks to the terminal
  console.error(text);
}
