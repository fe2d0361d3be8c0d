/** Makes the scripts that browsers load by an address of their own, each from what it imports. */
import * as esbuild from "esbuild";

export interface ScriptOptions {
  /** The project's folder. */
  root: string;
  /** For which browsers, as esbuild names them. */
  target: string | string[];
  minify: boolean;
}

/**
 * The script at `path` with everything it imports inside.
 *
 * @throws {Error} when something of it is missing
 */
export async function bundleScript(path: string, { root, target, minify }: ScriptOptions): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    absWorkingDir: root,
    alias: { "@": root },
    bundle: true,
    format: "esm",
    write: false,
    target: [target].flat(),
    minify,
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}
