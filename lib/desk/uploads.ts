/** What a page drops onto the server: `POST /api/avatars` and `POST /api/characters`, answered in JSON. */
import { addAvatar } from "./avatars.ts";
import { addCharacter } from "./characters.ts";
import { LARGEST_CARD } from "@/lib/characters/card.ts";
import { Refused } from "@/lib/chat/refused.ts";
import { FormError, readForm } from "@/lib/http/form.ts";
import { TREE_LIMITS } from "@/lib/models/file_tree.ts";
import type { Upload } from "@/lib/models/keep_model.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import type { Services } from "@/lib/services.ts";

/** What the names of the parts and their borders may take, bytes. */
const FORM_EXTRA = 1024 * 1024;

/** Takes a zip, or the files of a folder: parts named `file`, whose file names are relative paths. */
export function uploadAvatar(request: Request, services: Services): Promise<Response> {
  return answering(async () => addAvatar(services, await uploadOf(await filesIn(request, TREE_LIMITS.fileBytes))));
}

/** Takes a character card, JSON or PNG: one part named `file`. */
export function uploadCharacter(request: Request, services: Services): Promise<Response> {
  return answering(async () => {
    const [file, ...more] = await filesIn(request, LARGEST_CARD);
    if (more.length > 0) throw new FormError(400, `Cannot take ${more.length + 1} files: one character card at a time`);
    return await addCharacter(services, { bytes: await bytesOf(file), file: file.name });
  });
}

async function filesIn(request: Request, most: number): Promise<[File, ...File[]]> {
  const form = await readForm(request, most + FORM_EXTRA);
  const [first, ...rest] = form.getAll("file").filter((part) => part instanceof File);
  if (first === undefined) throw new FormError(400, 'There is no file in the form: it goes into a part named "file"');
  return [first, ...rest];
}

async function uploadOf(files: [File, ...File[]]): Promise<Upload> {
  const [first] = files;
  if (files.length === 1 && !/\.json$/i.test(first.name)) return { zip: await bytesOf(first), name: first.name };
  return { files: new Map(await Promise.all(files.map(async (file) => [file.name, await bytesOf(file)] as const))) };
}

async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}

async function answering(work: () => Promise<unknown>): Promise<Response> {
  try {
    return Response.json(await work(), { status: 201 });
  } catch (error) {
    if (error instanceof Refused) return Response.json(error.error, { status: 422 });
    if (!(error instanceof FormError)) throw error;
    const told: TurnError = { code: error.status === 413 ? "too_long" : "bad_value", message: error.message };
    return Response.json(told, { status: error.status });
  }
}
