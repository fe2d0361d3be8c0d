/** Forms with files, read onto disk up to a limit: of what comes, only a piece is in memory. */
import { join } from "node:path";
import { Busboy, type BusboyInstance } from "@fastify/busboy";

/** A form that cannot be taken, with the status that says so. */
export class FormError extends Error {
  override name = "FormError";

  constructor(readonly status: 400 | 408 | 413 | 415, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** A file of a form. */
export interface FormFile {
  /** What its sender calls it: for a folder's file, its path in there. Nothing of it is to be believed. */
  name: string;
  /** Where it is on disk. */
  path: string;
  /** Bytes. */
  size: number;
}

export interface FormLimits {
  /** Bytes of the whole form; the rest of a longer one is not read. */
  bytes: number;
  files: number;
  /** How long the form may take, and how long nothing may come, seconds. */
  seconds: number;
  idleSeconds: number;
}

/** Of one part: what its sender calls it and what it is, in bytes and lines. */
const HEADER = { headerSize: 16 * 1024, headerPairs: 20 };
/** Parts that are no files: none is expected, and none is kept. */
const FIELDS = { fields: 16, fieldSize: 1024 };

/**
 * Reads the files of a multipart form, those in parts named `file`, into a folder, where they are named by numbers.
 *
 * @throws {FormError} when it is longer, takes longer, is none, or breaks off; the folder may hold something even then
 */
export async function readFiles(request: Request, folder: string, limits: FormLimits): Promise<FormFile[]> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new FormError(415, `Cannot read what was sent as ${type || "nothing"}: it should be multipart/form-data`);
  }
  const tooLong = `Cannot take more than ${Math.floor(limits.bytes / 1024 / 1024)} MiB at once`;
  if (Number(request.headers.get("content-length") ?? 0) > limits.bytes) throw new FormError(413, tooLong);
  const form = parserFor(type, folder, limits);
  try {
    let read = 0;
    for await (const chunk of inTime(request.body, limits)) {
      read += chunk.length;
      if (read > limits.bytes) throw new FormError(413, tooLong);
      await form.write(chunk);
    }
    return await form.end();
  } catch (cause) {
    if (cause instanceof FormError) throw cause;
    throw new FormError(400, "Cannot read the form: it is damaged, or broke off", { cause });
  } finally {
    form.close();
  }
}

interface FormParser {
  /** Resolves when the piece is on disk. */
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<FormFile[]>;
  /** Closes what is open, whatever happened. */
  close(): void;
}

function parserFor(type: string, folder: string, limits: FormLimits): FormParser {
  const files: FormFile[] = [];
  const open = new Set<Deno.FsFile>();
  // The parser tells of pieces as it finds them. They are written in turn, and the next piece of the form waits.
  const pieces: (() => Promise<void>)[] = [];
  const parser = parserOf(type, limits);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // Whoever writes or ends hears of it.
  const finished = Promise.withResolvers<void>();
  parser.on("error", failed.reject);
  parser.on("finish", finished.resolve);
  for (const event of ["filesLimit", "partsLimit"] as const) {
    parser.on(event, () => failed.reject(new FormError(413, `Cannot take more than ${limits.files} files at once`)));
  }
  parser.on("file", (field, stream, name: string | undefined) => {
    stream.on("error", failed.reject);
    if (field !== "file" || name === undefined) return void stream.resume();
    const file: FormFile = { name, path: join(folder, String(files.length)), size: 0 };
    files.push(file);
    let opened: Deno.FsFile;
    pieces.push(async () => {
      opened = await Deno.open(file.path, { write: true, createNew: true });
      open.add(opened);
    });
    stream.on("data", (chunk: Uint8Array) => {
      pieces.push(async () => {
        file.size += chunk.length;
        for (let written = 0; written < chunk.length;) written += await opened.write(chunk.subarray(written));
      });
    });
    stream.on("end", () => {
      pieces.push(() => {
        open.delete(opened);
        opened.close();
        return Promise.resolve();
      });
    });
  });
  const drain = async () => {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) await piece();
  };
  return {
    async write(chunk) {
      const taken = Promise.withResolvers<void>();
      parser.write(chunk, (error) => error ? taken.reject(error) : taken.resolve());
      await Promise.race([taken.promise, failed.promise]);
      await drain();
    },
    async end() {
      parser.end();
      await Promise.race([finished.promise, failed.promise]);
      await drain();
      return files;
    },
    close() {
      for (const file of open) file.close();
      open.clear();
    },
  };
}

function parserOf(type: string, { bytes, files }: FormLimits): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": type },
      preservePath: true,
      limits: { ...HEADER, ...FIELDS, files, parts: files + FIELDS.fields, fileSize: bytes },
    });
  } catch (cause) {
    throw new FormError(415, `Cannot read what was sent as ${type}: it names no boundary`, { cause });
  }
}

/** The pieces of a body, as long as they come in time. */
async function* inTime(
  body: ReadableStream<Uint8Array> | null,
  { seconds, idleSeconds }: FormLimits,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  const end = Date.now() + seconds * 1000;
  let late: FormError | undefined;
  try {
    for (;;) {
      const timer = setTimeout(() => {
        late = new FormError(408, "Cannot wait any longer for the rest of the form");
        reader.cancel(late).catch(() => {}); // It is over either way.
      }, Math.max(0, Math.min(idleSeconds * 1000, end - Date.now())));
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (late !== undefined) throw late;
      if (done) return;
      yield value;
    }
  } finally {
    // What is left of it is not wanted.
    reader.cancel().catch(() => {});
  }
}
