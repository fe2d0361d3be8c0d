/** For tests: writes ONNX models by hand. */
import { bytes, number, text } from "./protobuf_fixture.ts";

export const FLOAT = 1;
export const INT64 = 7;
type Bytes = number[];

/** A dimension is a number, or a name where it may be any. */
export interface Value {
  name: string;
  type: number;
  shape: readonly (number | string)[];
}

export interface Constant {
  name: string;
  type: number;
  shape: readonly number[];
  values: readonly number[];
}

export interface Node {
  op: string;
  inputs: readonly string[];
  output: string;
  attributes?: Readonly<Record<string, number>>;
}

export interface Graph {
  nodes: readonly Node[];
  constants: readonly Constant[];
  inputs: readonly Value[];
  outputs: readonly Value[];
}

/** The bytes of a model. */
export function onnxModel(graph: Graph, metadata: Readonly<Record<string, string | number>>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...number(1, 8),
    ...bytes(7, [
      ...graph.nodes.flatMap((one) => bytes(1, nodeOf(one))),
      ...text(2, "graph"),
      ...graph.constants.flatMap((one) => bytes(5, tensorOf(one))),
      ...graph.inputs.flatMap((one) => bytes(11, valueOf(one))),
      ...graph.outputs.flatMap((one) => bytes(12, valueOf(one))),
    ]),
    // Which version of the operators is meant.
    ...bytes(8, [...text(1, ""), ...number(2, 13)]),
    ...Object.entries(metadata).flatMap(([key, value]) => bytes(14, [...text(1, key), ...text(2, String(value))])),
  ]);
}

function nodeOf({ op, inputs, output, attributes = {} }: Node): Bytes {
  const INTEGER = 2;
  return [
    ...inputs.flatMap((input) => text(1, input)),
    ...text(2, output),
    ...text(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      bytes(5, [...text(1, name), ...number(3, value), ...number(20, INTEGER)])
    ),
  ];
}

function tensorOf({ name, type, shape, values }: Constant): Bytes {
  const raw = type === FLOAT ? new Float32Array(values) : BigInt64Array.from(values, (value) => BigInt(value));
  return [
    ...shape.flatMap((size) => number(1, size)),
    ...number(2, type),
    ...text(8, name),
    ...bytes(9, [...new Uint8Array(raw.buffer)]),
  ];
}

function valueOf({ name, type, shape }: Value): Bytes {
  const dimensions = shape.flatMap((size) => bytes(1, typeof size === "string" ? text(2, size) : number(1, size)));
  return [...text(1, name), ...bytes(2, bytes(1, [...number(1, type), ...bytes(2, dimensions)]))];
}
