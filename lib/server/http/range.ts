/** Parts of files (RFC 9110, section 14), for players that seek and downloads that go on where they broke off. */

export interface ByteRange {
  /** The first byte. */
  start: number;
  /** The last byte, which belongs to it. */
  end: number;
}

/**
 * The one part of a file that a request wants. Undefined where it gets all of the file: when it is no GET, names no
 * part or several, cannot be read, or begins with another version of the file (`If-Range`). `unsatisfiable` where the
 * part begins behind the end of the file.
 *
 * @param size of the file, bytes
 * @param etag of the file; a weak one is never the same version by each byte
 */
export function rangeOf(
  { method, headers }: Request,
  size: number,
  etag: string,
): ByteRange | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.get("range") ?? "") ?? [];
  if (method !== "GET" || (first === "" && last === "")) return undefined;
  const condition = headers.get("if-range");
  if (condition !== null && (condition !== etag || etag.startsWith("W/"))) return undefined;
  if (first === "") {
    // The last bytes, as many as there are.
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

/** The part of a file, read as it is wanted. The file is closed at the end of it, and when nobody wants the rest. */
export async function readRange(
  path: string,
  { start, end }: ByteRange,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const file = await Deno.open(path);
  try {
    await file.seek(start, Deno.SeekMode.Start);
  } catch (cause) {
    file.close();
    throw cause;
  }
  let left = end - start + 1;
  return file.readable.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) controller.terminate();
      },
    }),
  );
}
