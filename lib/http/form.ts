/** Forms with files, read up to a limit. */

/** A form that cannot be taken, with the status that says so. */
export class FormError extends Error {
  override name = "FormError";

  constructor(readonly status: 400 | 413 | 415, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Reads a multipart form.
 *
 * @param most bytes of the whole form; the rest of a longer one is not read
 * @throws {FormError} when it is longer, or none
 */
export async function readForm(request: Request, most: number): Promise<FormData> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new FormError(415, `Cannot read what was sent as ${type || "nothing"}: it should be multipart/form-data`);
  }
  const announced = Number(request.headers.get("content-length") ?? 0);
  const tooLong = () => new FormError(413, `Cannot take more than ${Math.floor(most / 1024 / 1024)} MiB at once`);
  if (announced > most) throw tooLong();
  let read = 0;
  let error: FormError | undefined;
  const counted = request.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        read += chunk.length;
        if (read > most) throw error = tooLong();
        controller.enqueue(chunk);
      },
    }),
  );
  try {
    return await new Response(counted ?? null, { headers: { "content-type": type } }).formData();
  } catch (cause) {
    throw error ?? new FormError(400, "Cannot read the form: it is damaged, or broke off", { cause });
  }
}
