/**
 * What this project uses of `jsr:@std/assert`: the same names, signatures and verdicts.
 * Differences are shown by Node's own assertion messages.
 *
 * @module
 */
import { AssertionError as NodeAssertionError } from "node:assert";
import { inspect } from "node:util";
import { equal } from "./equal.ts";

export { equal };

/** A class whose instances are errors. The parameters are its own affair, hence `never`. */
type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** What {@linkcode assertFalse} lets pass. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** An array, typed array, NodeList …, but not a string. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** Thrown by every assertion that fails. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

function format(value: unknown): string {
  return inspect(value, { depth: Infinity, sorted: true, breakLength: 80, compact: false });
}

function failWith(message: string, msg: string | undefined, detail = ""): never {
  throw new AssertionError(`${message}${msg ? `: ${msg}` : "."}${detail}`);
}

function difference(actual: unknown, expected: unknown): string {
  return "\n" + new NodeAssertionError({ actual, expected, operator: "deepStrictEqual" }).message;
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** Fails, always. */
export function fail(msg?: string): never {
  failWith("Failed assertion", msg);
}

/** Fails unless both values are deeply equal (see {@linkcode equal}). */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) failWith("Values are not equal", msg, difference(actual, expected));
}

/** Fails if both values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) failWith(`Expected actual: ${format(actual)} not to be: ${format(expected)}`, msg);
}

/** Fails unless both are the same value (`Object.is`). */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (Object.is(actual, expected)) return;
  if (format(actual) === format(expected)) {
    failWith("Values have the same structure but are not reference-equal", msg, `\n\n${format(actual)}\n`);
  }
  failWith("Values are not strictly equal", msg, difference(actual, expected));
}

/** Fails if both are the same value (`Object.is`). */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) failWith(`Expected "actual" to not be strictly equal to: ${format(actual)}`, msg);
}

/**
 * Fails unless the numbers differ by at most `tolerance`: by default a ten-millionth of `expected`.
 */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (delta <= allowed) return;
  failWith(
    `Expected actual: "${actual}" to be close to "${expected}": delta "${delta}" is greater than "${allowed}"`,
    msg,
  );
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) throw new AssertionError(msg ?? `Expect ${format(actual)} > ${format(expected)}`);
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) throw new AssertionError(msg ?? `Expect ${format(actual)} >= ${format(expected)}`);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) throw new AssertionError(msg ?? `Expect ${format(actual)} < ${format(expected)}`);
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) throw new AssertionError(msg ?? `Expect ${format(actual)} <= ${format(expected)}`);
}

/** Fails on `null` and `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    failWith(`Expected actual: "${actual}" to not be null or undefined`, msg);
  }
}

/** Fails unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T extends abstract new (...args: never[]) => unknown>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const found = typeof actual === "object" && actual !== null ? actual.constructor?.name ?? "Object" : typeof actual;
  failWith(
    `Expected object to be an instance of "${expectedType.name}" but was "${actual === null ? "null" : found}"`,
    msg,
  );
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) failWith(`Expected actual: "${actual}" to contain: "${expected}"`, msg);
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) failWith(`Expected actual: "${actual}" to match: "${expected}"`, msg);
}

/** Fails if `actual` matches `expected`. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) failWith(`Expected actual: "${actual}" to not match: "${expected}"`, msg);
}

/** Fails unless every value of `expected` is, deeply equal, somewhere in `actual`. */
export function assertArrayIncludes<T>(actual: ArrayLikeArg<T>, expected: ArrayLikeArg<T>, msg?: string): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((wanted) => !present.some((value) => equal(wanted, value)));
  if (missing.length === 0) return;
  failWith(
    `Expected actual: "${format(actual)}" to include: "${format(expected)}"`,
    msg,
    `\nmissing: ${format(missing)}`,
  );
}

function isPlain(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** `actual` reduced to what `expected` speaks of, so that a plain comparison tells the rest. */
function subset(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.slice(0, expected.length).map((value, index) => subset(value, expected[index]));
  }
  if (typeof actual !== "object" || actual === null || !isPlain(expected)) return actual;
  const shared = Reflect.ownKeys(expected).filter((key) => key in actual);
  return Object.fromEntries(shared.map((key) => [key, subset(Reflect.get(actual, key), expected[key])]));
}

/** Fails unless all that `expected` holds is, deeply, in `actual`; what else `actual` holds does not matter. */
export function assertObjectMatch(
  actual: Record<PropertyKey, unknown>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(subset(actual, expected), subset(expected, expected), msg);
}

/** Fails unless `error` is an Error, of `ErrorClass` if given, whose message includes or matches `msgMatches`. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) failWith(`Expected "error" to be an Error object`, msg);
  if (ErrorClass && !(error instanceof ErrorClass)) {
    failWith(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}"`,
      msg,
      `\n${format(error)}`,
    );
  }
  if (!msgMatches) return;
  const matches = typeof msgMatches === "string" ? error.message.includes(msgMatches) : msgMatches.test(error.message);
  if (!matches) {
    const wanted = typeof msgMatches === "string" ? JSON.stringify(msgMatches) : msgMatches;
    failWith(`Expected error message to include ${wanted}, but got ${JSON.stringify(error.message)}`, msg);
  }
}

type ThrowExpectation<E extends Error> = [ErrorClass?: ErrorClass<E> | string, msgIncludes?: string, msg?: string];

function checkThrown<E extends Error>(error: unknown, expectation: ThrowExpectation<E>): unknown {
  const [ErrorClass, msgIncludes, msg] = expectation;
  if (typeof ErrorClass !== "function") return error;
  if (!(error instanceof Error)) failWith("A non-Error object was thrown", msg);
  assertIsError(error, ErrorClass, msgIncludes, msg);
  return error;
}

function messageOf<E extends Error>([first, , msg]: ThrowExpectation<E>): string | undefined {
  return typeof first === "string" ? first : msg;
}

/** Fails unless `fn` throws (an `ErrorClass` whose message includes `msgIncludes`); returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ...expectation: ThrowExpectation<E>
): unknown {
  try {
    fn();
  } catch (error) {
    return checkThrown(error, expectation);
  }
  return failWith("Expected function to throw", messageOf(expectation));
}

/** Fails unless the promise `fn` returns rejects (with an `ErrorClass` …); resolves to what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ...expectation: ThrowExpectation<E>
): Promise<unknown> {
  let promise: unknown;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError("Function throws when expected to reject.", { cause: error });
  }
  if (typeof promise !== "object" || promise === null || !("then" in promise)) {
    failWith("Function throws when expected to reject", messageOf(expectation));
  }
  try {
    await promise;
  } catch (error) {
    return checkThrown(error, expectation);
  }
  return failWith("Expected function to reject", messageOf(expectation));
}
