/** Whether a value is compared by identity (or sameness of number) alone. */
function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}

/** An array of numbers in a buffer, such as a `Uint8Array`. */
type Numbers = ArrayBufferView & ArrayLike<number | bigint>;

function isNumbers(value: object): value is Numbers {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Millions of them are compared in no time, which keys of objects are not. */
function sameNumbers(a: Numbers, b: Numbers): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index] && !Object.is(a[index], b[index])) return false;
  }
  return true;
}

function sameKind(a: object, b: object): boolean {
  const kindOf = (value: object): unknown => Object.getPrototypeOf(value) ?? Object.prototype;
  return kindOf(a) === kindOf(b);
}

/**
 * Whether two values are deeply equal, as `@std/assert` understands it: `NaN` equals `NaN`, `0` equals `-0`,
 * prototypes must agree (though an object without one passes as a plain object), keys of Maps and members of Sets
 * are compared deeply, and a present `undefined` differs from a missing key.
 *
 * @throws {TypeError} on WeakMap and WeakSet, whose contents cannot be seen
 */
export function equal(a: unknown, b: unknown): boolean {
  const comparing = new Map<object, object>();

  function pairUp(left: unknown[], right: unknown[]): boolean {
    const free = [...right];
    return left.every((value) => {
      const index = free.findIndex((other) => compare(value, other));
      if (index === -1) return false;
      free.splice(index, 1);
      return true;
    });
  }

  function compare(a: unknown, b: unknown): boolean {
    if (a === b || Object.is(a, b)) return true;
    if (isPrimitive(a) || isPrimitive(b)) return false;
    if (typeof a !== "object" || typeof b !== "object") return false;
    return compareObjects(a as object, b as object);
  }

  function compareObjects(a: object, b: object): boolean {
    if (!sameKind(a, b)) return false;
    if (a instanceof WeakMap || a instanceof WeakSet) {
      throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
    }
    if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
    if (a instanceof RegExp || a instanceof URL || a instanceof URLSearchParams) return String(a) === String(b);
    if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
      return compareObjects(new Uint8Array(a), new Uint8Array(b));
    }
    if (isNumbers(a) && isNumbers(b)) return sameNumbers(a, b);
    if (a instanceof WeakRef && b instanceof WeakRef) return compare(a.deref(), b.deref());

    // A cycle: this pair is being compared further up, which will find any difference.
    if (comparing.get(a) === b) return true;
    comparing.set(a, b);

    if (a instanceof Set && b instanceof Set) return a.size === b.size && pairUp([...a], [...b]);
    if (a instanceof Map && b instanceof Map) return a.size === b.size && pairUp([...a], [...b]);

    const keys = Reflect.ownKeys(a);
    return keys.length === Reflect.ownKeys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && compare(Reflect.get(a, key), Reflect.get(b, key)));
  }

  return compare(a, b);
}
