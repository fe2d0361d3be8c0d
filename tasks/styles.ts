/** Makes the sheets that pages link, each from the parts it imports out of `web/styles/`. */
import * as esbuild from "esbuild";
import { join } from "node:path";

/** Where the widths that sheets turn at are named, relative to the project. */
const TOKENS = "web/styles/tokens.css";

export interface SheetOptions {
  /** The project's folder. */
  root: string;
  /** For which browsers, as esbuild names them. */
  target: string | string[];
  minify: boolean;
}

/**
 * The sheet at `path` with everything it imports inside.
 *
 * @throws {Error} when a part is missing or names a width that `tokens.css` does not
 */
export async function bundleSheet(path: string, { root, target, minify }: SheetOptions): Promise<string> {
  const widths = customMedia(await Deno.readTextFile(join(root, TOKENS)));
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    absWorkingDir: root,
    bundle: true,
    write: false,
    target: [target].flat(),
    minify,
    logLevel: "silent",
    plugins: [{
      name: "custom-media",
      setup(build) {
        build.onLoad({ filter: /\.css$/ }, async ({ path }) => ({
          contents: withoutCustomMedia(await Deno.readTextFile(path), widths, path),
          loader: "css",
        }));
      },
    }],
  });
  return outputFiles[0]!.text;
}

const DEFINITION = /@custom-media\s+(--[\w-]+)\s+([^;]+);/g;

/** What `@custom-media` defines in a sheet. No browser knows it yet. */
function customMedia(css: string): Map<string, string> {
  return new Map([...css.matchAll(DEFINITION)].map(([, name = "", query = ""]) => [name, query]));
}

/** Puts what the names stand for in place of `@media (--name)`. */
function withoutCustomMedia(css: string, widths: Map<string, string>, path: string): string {
  return css.replace(DEFINITION, "").replace(/@media\s+\((--[\w-]+)\)/g, (_, name: string) => {
    const query = widths.get(name);
    if (query === undefined) throw new Error(`${path} asks for @media (${name}), which ${TOKENS} does not define`);
    return `@media ${query}`;
  });
}
