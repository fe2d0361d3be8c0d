/** Uploads of pages: `POST /api/avatars`, `/api/characters` and `/api/images`, answered in JSON. */
import { join } from "node:path";
import { addAvatar } from "./add_avatar.ts";
import { addCharacter } from "./add_character.ts";
import { UploadsBusy, UploadSlots } from "./upload_slots.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";
import { FormError, type FormFile, readFiles } from "./form.ts";
import { isOlder, removeIfThere } from "@/lib/files.ts";
import type { Upload } from "@/lib/avatars/add_model.ts";
import { ModelChoiceError } from "@/lib/avatars/model_error.ts";
import { ReadBudget } from "@/lib/avatars/read_budget.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import type { UploadServices } from "./upload_services.ts";

/** What a server that was killed has left of an upload is removed after this, ms. */
const ABANDONED_MS = 60 * 60 * 1000;

type Files = [FormFile, ...FormFile[]];

export class Uploads {
  readonly #services: UploadServices;
  readonly #slots = new UploadSlots(UPLOAD_LIMITS);
  /** Images neither wait for an avatar nor keep one waiting. */
  readonly #imageSlots = new UploadSlots({
    atOnce: UPLOAD_LIMITS.imagesAtOnce,
    atOncePerVisitor: UPLOAD_LIMITS.imagesAtOncePerVisitor,
  });

  constructor(services: UploadServices) {
    this.#services = services;
  }

  /**
   * Takes a zip, or the files of a folder: parts named `file`, whose file names are relative paths. It is shown, but
   * with `?show=no`. Where it is not clear which of several models is meant, the answer is 409 with the entry file of
   * each under `choices`; `?entry=` chooses.
   *
   * @param visitor the group of the address that the request comes from
   */
  avatar(request: Request, visitor: string): Promise<Response> {
    return this.#take(request, visitor, UPLOAD_LIMITS.avatarBytes, (files) => {
      const { searchParams } = new URL(request.url);
      const entry = searchParams.get("entry") ?? undefined;
      const show = searchParams.get("show") !== "no";
      return addAvatar(this.#services, uploadOf(files), new ReadBudget(), { entry, show });
    });
  }

  /** Takes a character card: one part named `file`. */
  character(request: Request, visitor: string): Promise<Response> {
    return this.#take(request, visitor, UPLOAD_LIMITS.charxBytes, async ([file, ...more]) => {
      if (more.length > 0) {
        throw new FormError(400, `Cannot take ${more.length + 1} files: one character card at a time`);
      }
      return await addCharacter(this.#services, { card: file.path, file: file.name });
    });
  }

  /**
   * Takes an image for a prompt, one part named `file`, and answers with its id and its size in pixels.
   *
   * @param sender the principal that it comes from, by id
   */
  image(request: Request, visitor: string, sender: string): Promise<Response> {
    const add = async ([file, ...more]: Files) => {
      if (more.length > 0) throw new FormError(400, `Cannot take ${more.length + 1} files: one image at a time`);
      return await this.#services.images.add(await Deno.readFile(file.path), sender);
    };
    return this.#take(request, visitor, UPLOAD_LIMITS.imageBytes, add, this.#imageSlots, 64 * 1024);
  }

  /** Reads the form onto disk and answers with what `add` makes of it; nothing of the form is left then. */
  #take(
    request: Request,
    visitor: string,
    most: number,
    add: (files: Files) => Promise<unknown>,
    slots = this.#slots,
    formBytes: number = UPLOAD_LIMITS.formBytes,
  ): Promise<Response> {
    return answering(async () => {
      using _slot = slots.take(visitor);
      await using folder = await folderIn(join(this.#services.dataDir, "uploads"));
      const [first, ...rest] = await readFiles(request, folder.path, {
        bytes: most + formBytes,
        files: UPLOAD_LIMITS.files,
        seconds: UPLOAD_LIMITS.bodySeconds,
        idleSeconds: UPLOAD_LIMITS.bodyIdleSeconds,
      });
      if (first === undefined) {
        throw new FormError(400, 'There is no file in the form: it goes into a part named "file"');
      }
      return await add([first, ...rest]);
    });
  }
}

function uploadOf(files: Files): Upload {
  const [first] = files;
  if (files.length === 1 && !/\.json$/i.test(first.name)) return { zip: first, name: first.name };
  return { files: new Map(files.map((file) => [file.name, file])) };
}

/** A folder of its own for one upload, gone with all in it at the end of its scope. */
async function folderIn(parent: string): Promise<AsyncDisposable & { path: string }> {
  await Deno.mkdir(parent, { recursive: true });
  for await (const { name } of Deno.readDir(parent)) {
    const path = join(parent, name);
    if (await isOlder(path, ABANDONED_MS)) await removeIfThere(path);
  }
  const path = join(parent, crypto.randomUUID());
  await Deno.mkdir(path);
  return { path, [Symbol.asyncDispose]: () => removeIfThere(path) };
}

async function answering(work: () => Promise<unknown>): Promise<Response> {
  try {
    return Response.json(await work(), { status: 201 });
  } catch (error) {
    if (error instanceof RequestError && error.cause instanceof ModelChoiceError) {
      return Response.json({ ...error.error, choices: error.cause.entries }, { status: 409 });
    }
    if (error instanceof RequestError) return Response.json(error.error, { status: 422 });
    if (error instanceof UploadsBusy) {
      return Response.json(error.error, { status: error.status, headers: { "retry-after": "5" } });
    }
    if (!(error instanceof FormError)) throw error;
    const told: TurnError = { code: error.status === 413 ? "too_long" : "bad_value", message: error.message };
    return Response.json(told, { status: error.status });
  }
}
