/** How the props of islands travel from the server to the browser. */
import { Signal, signal } from "@preact/signals";
import { parse, stringify } from "devalue";

function isInstance(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Object]" &&
    ![Object.prototype, null].includes(Object.getPrototypeOf(value));
}

// A reducer takes a value by returning something truthy, hence the array around a signal's value.
const REDUCERS = {
  Function: (value: unknown) => {
    if (typeof value === "function") throw new Error("Serializing functions is not supported.");
  },
  Signal: (value: unknown) => value instanceof Signal && [value.peek()],
  Object: (value: unknown) => isInstance(value) && { ...(value as object) },
};

const REVIVERS = {
  Signal: ([value]: [unknown]) => signal(value),
  Object: (value: unknown) => value,
};

/**
 * Props as text: also signals, Date, Map, Set, undefined, NaN, bigint, cycles, and values shared between islands.
 *
 * @throws {Error} on functions, symbols and the like
 */
export function serializeProps(props: unknown): string {
  return stringify(props, REDUCERS);
}

/** What {@linkcode serializeProps} was given. */
export function deserializeProps(text: string): unknown {
  return parse(text, REVIVERS);
}
