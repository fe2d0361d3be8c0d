/** Compresses what the build made as well as it can be, so that no visitor waits for it. */
import mime from "mime";
import { join } from "node:path";
import { compressBody, type Encoding, isCompressibleType, preparedName } from "@/lib/server/http/compress.ts";

const ENCODINGS: Encoding[] = ["br", "gzip"];
const BEST = 11;

/** Keeps every text file below `roots` compressed in `folder`, under the names that `compressed()` looks for. */
export async function precompress(roots: string[], folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const root of roots) {
    for await (const path of filesBelow(root)) {
      if (!isCompressibleType(mime.getType(path) ?? "")) continue;
      const body = await Deno.readFile(path);
      for (const encoding of ENCODINGS) {
        const prepared = join(folder, preparedName(body, encoding));
        await Deno.writeFile(prepared, await compressBody(body, encoding, BEST));
      }
    }
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* filesBelow(path);
    else if (entry.isFile) yield path;
  }
}
