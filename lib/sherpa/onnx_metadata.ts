/** What is written about an ONNX model in its own file, without the gigabytes beside it. */
import { BYTES, FIXED32, FIXED64, LONGEST_VARINT, ProtobufReader, VARINT } from "./protobuf.ts";

/** Fields of `ModelProto` and `StringStringEntryProto`. */
const METADATA = 14;
const KEY = 1;
const VALUE = 2;
/** A model has a dozen fields and some thirty entries, one of which may name a thousand speakers. */
const MOST_FIELDS = 1_000;
const LONGEST_ENTRY = 64 * 1024;

/**
 * Reads the entries of a model that its makers wrote for those who run it.
 *
 * @returns undefined when the file is no ONNX model
 */
export async function readOnnxMetadata(path: string): Promise<Map<string, string> | undefined> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const entries = new Map<string, string>();
  let at = 0;
  for (let count = 0; at < size; count++) {
    // Two numbers stand before what a field holds.
    const head = new ProtobufReader(await read(file, at, 2 * LONGEST_VARINT));
    const tag = head.varint();
    if (tag === undefined || tag >> 3 === 0 || count > MOST_FIELDS) return undefined;
    const length = lengthOf(head, tag & 7);
    if (length === undefined || at + head.at + length > size) return undefined;
    if (tag >> 3 === METADATA && length <= LONGEST_ENTRY) {
      const entry = entryOf(new ProtobufReader(await read(file, at + head.at, length)));
      if (entry === undefined) return undefined;
      entries.set(...entry);
    }
    at += head.at + length;
  }
  return at === 0 ? undefined : entries;
}

/** Bytes that a field holds behind its head; undefined when protobuf has no such field. */
function lengthOf(head: ProtobufReader, wire: number): number | undefined {
  if (wire === VARINT) return head.varint() === undefined ? undefined : 0;
  if (wire === BYTES) return head.varint();
  return { [FIXED64]: 8, [FIXED32]: 4 }[wire];
}

function entryOf(reader: ProtobufReader): [key: string, value: string] | undefined {
  const texts: Record<number, string> = {};
  while (!reader.ended) {
    const tag = reader.varint();
    const length = tag === undefined || (tag & 7) !== BYTES ? undefined : reader.varint();
    const text = length === undefined ? undefined : reader.text(length);
    if (tag === undefined || text === undefined) return undefined;
    texts[tag >> 3] = text;
  }
  return [texts[KEY] ?? "", texts[VALUE] ?? ""];
}

async function read(file: Deno.FsFile, at: number, length: number): Promise<Uint8Array> {
  await file.seek(at, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let got: number | null = 0; got !== null && filled < length; filled += got ?? 0) {
    got = await file.read(bytes.subarray(filled));
  }
  return bytes.subarray(0, filled);
}
