import * as std from "@std/assert";

const { AssertionError, assertRejects, assertThrows } = std;

class Point {
  constructor(public x: number) {}
}
class Other {
  constructor(public x: number) {}
}

function cycle(value: number): unknown {
  const object: Record<string, unknown> = { value };
  object.self = object;
  return object;
}

const EQUAL: [string, unknown, unknown][] = [
  ["numbers", 1, 1],
  ["NaN", NaN, NaN],
  ["zeros of either sign", 0, -0],
  ["objects", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
  ["objects in another order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["dates", new Date(5), new Date(5)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["expressions", /a/g, /a/g],
  ["URLs", new URL("http://a/b"), new URL("http://a/b")],
  ["sets of objects", new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 1 }])],
  ["maps with objects as keys", new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  ["arrays of NaN and zeros of either sign", new Float64Array([NaN, 0]), new Float64Array([NaN, -0])],
  ["instances", new Point(1), new Point(1)],
  ["cycles", cycle(1), cycle(1)],
  ["keys that are symbols", { [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 1 }],
  ["bigints", 1n, 1n],
];

const DIFFERENT: [string, unknown, unknown][] = [
  ["numbers", 1, 2],
  ["types", 1, "1"],
  ["null and undefined", null, undefined],
  ["null and an object", null, {}],
  ["a missing key and undefined", {}, { a: undefined }],
  ["a missing key beside undefined", { a: undefined }, { b: undefined }],
  ["lengths", [1], [1, 2]],
  ["depths", { a: { b: 1 } }, { a: { b: 2 } }],
  ["classes", new Point(1), new Other(1)],
  ["an instance and an object", new Point(1), { x: 1 }],
  ["an array and an object", [1], { 0: 1 }],
  ["dates", new Date(5), new Date(6)],
  ["flags", /a/g, /a/i],
  ["members", new Set([1]), new Set([2])],
  ["values of maps", new Map([["a", 1]]), new Map([["a", 2]])],
  ["keys of maps", new Map([["a", 1]]), new Map([["b", 1]])],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ["lengths of bytes", new Uint8Array([1]), new Uint8Array([1, 2])],
  ["kinds of bytes", new Uint8Array([1]), new Int8Array([1])],
  ["cycles", cycle(1), cycle(2)],
  ["functions", () => 1, () => 1],
  ["bigints and numbers", 1n, 1],
];

for (const [what, a, b] of EQUAL) {
  Deno.test(`equal() holds when given ${what} of one value`, () => {
    std.assert(std.equal(a, b));
    std.assertEquals(a, b);
    assertThrows(() => std.assertNotEquals(a, b), AssertionError);
  });
}

for (const [what, a, b] of DIFFERENT) {
  Deno.test(`equal() does not hold when given different ${what}`, () => {
    std.assertFalse(std.equal(a, b));
    std.assertNotEquals(a, b);
    assertThrows(() => std.assertEquals(a, b), AssertionError, "Values are not equal");
  });
}

Deno.test("equal() throws when given what cannot be looked into", () => {
  assertThrows(() => std.equal(new WeakMap(), new WeakMap()), TypeError, "Cannot compare WeakMap instances");
});

Deno.test("assertEquals() shows both values when they differ", () => {
  const error = assertThrows(() => std.assertEquals({ a: "left" }, { a: "right" }, "the note"), AssertionError);
  for (const part of ["Values are not equal: the note", "left", "right"]) std.assertStringIncludes(error.message, part);
});

const MET: [string, () => void][] = [
  ["assert()", () => std.assert(1)],
  ["assertFalse()", () => std.assertFalse("")],
  ["assertStrictEquals()", () => std.assertStrictEquals(NaN, NaN)],
  ["assertNotStrictEquals()", () => std.assertNotStrictEquals({}, {})],
  ["assertAlmostEquals()", () => std.assertAlmostEquals(0.1 + 0.2, 0.3)],
  ["assertAlmostEquals() with a tolerance", () => std.assertAlmostEquals(1, 2, 1)],
  ["assertGreater()", () => std.assertGreater(2, 1)],
  ["assertGreaterOrEqual()", () => std.assertGreaterOrEqual(1, 1)],
  ["assertLess()", () => std.assertLess(1, 2)],
  ["assertLessOrEqual()", () => std.assertLessOrEqual(1, 1)],
  ["assertExists()", () => std.assertExists(0)],
  ["assertInstanceOf()", () => std.assertInstanceOf(new Point(1), Point)],
  ["assertStringIncludes()", () => std.assertStringIncludes("abc", "b")],
  ["assertMatch()", () => std.assertMatch("abc", /^a/)],
  ["assertNotMatch()", () => std.assertNotMatch("abc", /^b/)],
  ["assertArrayIncludes()", () => std.assertArrayIncludes([{ a: 1 }, { a: 2 }], [{ a: 2 }])],
  ["assertObjectMatch()", () => std.assertObjectMatch({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 1 }, d: [1, 2] })],
  ["assertObjectMatch() on instances", () => std.assertObjectMatch({ point: new Point(1) }, { point: { x: 1 } })],
  ["assertIsError()", () => std.assertIsError(new RangeError("too far"), RangeError, /far/)],
];

const UNMET: [string, () => void, string][] = [
  ["assert()", () => std.assert(0, "the note"), "the note"],
  ["assertFalse()", () => std.assertFalse(1, "the note"), "the note"],
  ["fail()", () => std.fail("the note"), "Failed assertion: the note"],
  ["assertStrictEquals()", () => std.assertStrictEquals<unknown>(0, -0), "not strictly equal"],
  ["assertStrictEquals() on copies", () => std.assertStrictEquals({ a: 1 }, { a: 1 }), "not reference-equal"],
  ["assertNotStrictEquals()", () => std.assertNotStrictEquals(1, 1), "not be strictly equal"],
  ["assertAlmostEquals()", () => std.assertAlmostEquals(1, 1.1), "to be close to"],
  ["assertAlmostEquals() on NaN", () => std.assertAlmostEquals(1, NaN), "to be close to"],
  ["assertGreater()", () => std.assertGreater(1, 1), "Expect 1 > 1"],
  ["assertGreaterOrEqual()", () => std.assertGreaterOrEqual(1, 2), "Expect 1 >= 2"],
  ["assertLess()", () => std.assertLess(1, 1), "Expect 1 < 1"],
  ["assertLessOrEqual()", () => std.assertLessOrEqual(2, 1), "Expect 2 <= 1"],
  ["assertExists()", () => std.assertExists(null), "to not be null or undefined"],
  ["assertInstanceOf()", () => std.assertInstanceOf(new Other(1), Point), 'an instance of "Point" but was "Other"'],
  ["assertInstanceOf() on null", () => std.assertInstanceOf(null, Point), 'but was "null"'],
  ["assertStringIncludes()", () => std.assertStringIncludes("abc", "d"), 'to contain: "d"'],
  ["assertMatch()", () => std.assertMatch("abc", /^b/), 'to match: "/^b/"'],
  ["assertNotMatch()", () => std.assertNotMatch("abc", /^a/), 'to not match: "/^a/"'],
  ["assertArrayIncludes()", () => std.assertArrayIncludes([1], [2]), "missing"],
  ["assertObjectMatch()", () => std.assertObjectMatch({ a: { b: 1 } }, { a: { b: 2 } }), "Values are not equal"],
  ["assertObjectMatch() on a missing key", () => std.assertObjectMatch({ a: 1 }, { a: 1, b: 2 }), "not equal"],
  ["assertObjectMatch() on a short array", () => std.assertObjectMatch({ a: [1] }, { a: [1, 2] }), "not equal"],
  ["assertIsError()", () => std.assertIsError(new Error("x"), RangeError), 'instance of "RangeError", but was "Error"'],
  ["assertThrows()", () => assertThrows(() => 1, "the note"), "Expected function to throw: the note"],
  ["assertThrows() with a class", () => assertThrows(() => 1, Error, "", "the note"), "to throw: the note"],
  [
    "assertThrows() on another class",
    () =>
      assertThrows(() => {
        throw new Error("x");
      }, TypeError),
    'instance of "TypeError"',
  ],
  [
    "assertThrows() on another message",
    () =>
      assertThrows(
        () => {
          throw new Error("x");
        },
        Error,
        "y",
      ),
    'to include "y", but got "x"',
  ],
];

for (const [name, assertion] of MET) Deno.test(`${name} returns when met`, assertion);

for (const [name, assertion, message] of UNMET) {
  Deno.test(`${name} throws an AssertionError when not met`, () => {
    const error = assertThrows(assertion, AssertionError, message);
    std.assertStrictEquals(error.name, "AssertionError");
  });
}

Deno.test("assertThrows() returns what was thrown when it is no error", () => {
  std.assertStrictEquals(
    assertThrows(() => {
      throw "text";
    }),
    "text",
  );
});

Deno.test("assertRejects() resolves to what the promise rejects with", async () => {
  const thrown = new RangeError("too far");
  std.assertStrictEquals(await assertRejects(() => Promise.reject(thrown), RangeError, "far"), thrown);
});

Deno.test("assertRejects() rejects when the promise resolves, the class is another, or nothing is promised", async () => {
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError, "Expected function to reject");
  await assertRejects(
    () => assertRejects(() => Promise.reject(new Error("x")), TypeError),
    AssertionError,
    'instance of "TypeError"',
  );
  await assertRejects(
    () =>
      assertRejects(() => {
        throw new Error("x");
      }),
    AssertionError,
    "Function throws when expected to reject",
  );
});
