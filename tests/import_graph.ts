/** The imports between the project's own files, as Deno itself resolves them. */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** File → files that it imports, by paths from the project's folder. Whatever Deno follows: types, `export … from` too. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

export interface Imports {
  /** Every import, those of types included. */
  files: Graph;
  /** Files that import what only a server has: `node:` modules, by the module's name. */
  builtIns: ReadonlyMap<string, ReadonlySet<string>>;
  /** What files import, in their own words. */
  written: ReadonlyMap<string, readonly string[]>;
}

/** What matters here of `deno info --json`. */
interface DenoInfo {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: { specifier: string; code?: { specifier?: string }; type?: { specifier?: string } }[];
  }[];
}

/**
 * Reads the imports of `files` and of all that they import.
 *
 * @param root the project's folder, with its deno.json
 * @param files paths from there
 * @throws {Error} when a file cannot be parsed
 */
export async function readImports(root: string, files: string[]): Promise<Imports> {
  const folder = await Deno.makeTempDir();
  const entry = join(folder, "all.ts");
  const lines = files.map((file) => `import ${JSON.stringify(pathToFileURL(join(root, file)).href)};\n`);
  await Deno.writeTextFile(entry, lines.join(""));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", "--config", join(root, "deno.json"), entry],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(folder, { recursive: true });
  if (!success) throw new Error(`Cannot read the imports: ${new TextDecoder().decode(stderr)}`);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as DenoInfo;
  return importsOf(modules, pathToFileURL(`${root}/`).href);
}

function importsOf(modules: DenoInfo["modules"], base: string): Imports {
  const imports = new Map<string, Set<string>>();
  const builtIns = new Map<string, Set<string>>();
  const written = new Map<string, string[]>();
  const start = fileURLToPath(base).length;
  const own = (specifier: string) => {
    return specifier.startsWith(base) ? fileURLToPath(specifier).slice(start).replaceAll("\\", "/") : undefined;
  };
  for (const { specifier, dependencies = [], error } of modules) {
    const file = own(specifier);
    if (file === undefined) continue;
    if (error !== undefined) throw new Error(`Cannot read the imports of ${file}: ${error}`);
    const targets = dependencies.flatMap(({ code, type }) => [code?.specifier, type?.specifier])
      .filter((target) => target !== undefined);
    imports.set(file, new Set(targets.map(own).filter((target) => target !== undefined)));
    builtIns.set(file, new Set(targets.filter((target) => target.startsWith("node:"))));
    written.set(file, dependencies.map(({ specifier }) => specifier));
  }
  return { files: imports, builtIns, written };
}

/** Sets of nodes that reach one another, each sorted, and those of one that reaches itself: what is left is a tree. */
export function circles(graph: Graph): string[][] {
  // Tarjan's: nodes get numbers as they are found, and the lowest that each reaches.
  const number = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    number.set(node, number.size);
    lowest.set(node, number.get(node)!);
    open.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!number.has(next)) visit(next);
      if (open.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) !== number.get(node)) return;
    const circle = open.splice(open.indexOf(node));
    if (circle.length > 1 || graph.get(node)?.has(node)) found.push(circle.sort());
  };
  for (const node of graph.keys()) if (!number.has(node)) visit(node);
  return found.sort();
}

/** Everything that can be reached from `starts`, themselves included. */
export function reached(graph: Graph, starts: Iterable<string>): Set<string> {
  const seen = new Set(starts);
  for (const node of seen) for (const next of graph.get(node) ?? []) seen.add(next);
  return seen;
}
