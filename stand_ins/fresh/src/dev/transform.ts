/** What is to become of which static files. */
export interface OnTransformOptions {
  /** Who does it, for messages. */
  pluginName: string;
  /** The files, by their paths on disk. */
  filter: RegExp;
}

export interface OnTransformArgs {
  /** The file's path on disk. */
  path: string;
  /** The project's folder. */
  root: string;
  /** What esbuild may take for granted. */
  target: string | string[];
  content: Uint8Array;
  /** The content as text. */
  text: string;
  mode: "development" | "production";
}

/** Gives what is served in place of the file, or nothing to leave it as it is. */
export type TransformFn = (
  args: OnTransformArgs,
) => void | { content: string | Uint8Array } | Promise<void | { content: string | Uint8Array }>;

/** What is served in place of the static file at a path; null for the file itself. */
export type TransformFile = (
  path: string,
  mode: OnTransformArgs["mode"],
) => Promise<Uint8Array<ArrayBuffer> | null>;

/** The functions that static files go through, in the order they were added. */
export class FileTransformer {
  #steps: { options: OnTransformOptions; transform: TransformFn }[] = [];

  add(options: OnTransformOptions, transform: TransformFn): void {
    this.#steps.push({ options, transform });
  }

  /** Rejects where the file cannot be read or a function fails. */
  async process(file: Omit<OnTransformArgs, "content" | "text">): Promise<Uint8Array<ArrayBuffer> | null> {
    const steps = this.#steps.filter(({ options }) => file.path.search(options.filter) >= 0);
    if (steps.length === 0) return null;
    let content = await Deno.readFile(file.path);
    for (const { transform } of steps) {
      const result = await transform({ ...file, content, text: new TextDecoder().decode(content) });
      if (result === undefined) continue;
      content = typeof result.content === "string"
        ? new TextEncoder().encode(result.content)
        : new Uint8Array(result.content);
    }
    return content;
  }
}
