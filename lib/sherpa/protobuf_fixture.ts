/** For tests: writes protobuf by hand, each field as the bytes that it takes. */
type Bytes = number[];

export function number(field: number, value: number): Bytes {
  return [...varint(field << 3), ...varint(value)];
}

export function bytes(field: number, value: Bytes): Bytes {
  return [...varint(field << 3 | 2), ...varint(value.length), ...value];
}

export function text(field: number, value: string): Bytes {
  return bytes(field, [...new TextEncoder().encode(value)]);
}

export function minusOne(field: number): Bytes {
  return [...varint(field << 3), ...new Array<number>(9).fill(255), 1];
}

export function float(field: number, value: number): Bytes {
  return [...varint(field << 3 | 5), ...new Uint8Array(Float32Array.of(value).buffer)];
}

function varint(value: number): Bytes {
  return value < 128 ? [value] : [value % 128 | 128, ...varint(Math.floor(value / 128))];
}
