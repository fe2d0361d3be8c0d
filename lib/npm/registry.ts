/** Which registry this machine has packages from, as npm itself finds it: the environment, then `.npmrc`. */
import { homedir } from "node:os";
import { join } from "node:path";
import { ifThere } from "@/lib/files.ts";

/** What npm asks where nothing else is configured. */
const USUAL = "https://registry.npmjs.org/";

export interface Registry {
  /** Ends with `/`. */
  url: string;
  /** What lets this machine in; absent where the registry asks nobody. */
  token?: string;
}

/** What `registryOf()` looks at; a test has its own. */
export interface NpmMachine {
  env: Readonly<Record<string, string>>;
  /** Where the program runs, and where its user lives. */
  folders: { here: string; home: string };
}

/**
 * The registry of a package.
 *
 * @param name with its scope, if it has one: a scope may have a registry of its own
 */
export async function registryOf(name: string, machine: NpmMachine = thisMachine()): Promise<Registry> {
  const settings = await readSettings(machine);
  const scope = name.startsWith("@") ? settings.get(`${name.split("/")[0]}:registry`) : undefined;
  const url = (scope ?? settings.get("registry") ?? USUAL).replace(/\/*$/, "/");
  const token = tokenOf(url, settings);
  return { url, ...(token !== undefined && { token }) };
}

function thisMachine(): NpmMachine {
  return { env: Deno.env.toObject(), folders: { here: Deno.cwd(), home: homedir() } };
}

/** By their names, the strongest: those of the environment, then those of this folder, then those of the user. */
async function readSettings({ env, folders: { here, home } }: NpmMachine): Promise<Map<string, string>> {
  const ofEnvironment = Object.entries(env).flatMap(([name, value]) => {
    const setting = /^npm_config_(.+)$/i.exec(name)?.[1]?.toLowerCase();
    return setting === undefined || value === "" ? [] : [[setting, value] as const];
  });
  const userFile = new Map(ofEnvironment).get("userconfig") ?? join(home, ".npmrc");
  const ofFiles = await Promise.all([userFile, join(here, ".npmrc")].map((path) => readNpmrc(path, env)));
  return new Map([...ofFiles.flat(), ...ofEnvironment]);
}

/** `name = value` in each line; `;` and `#` begin a comment, `${NAME}` is a variable of the environment. */
async function readNpmrc(path: string, env: NpmMachine["env"]): Promise<[string, string][]> {
  const text = await ifThere(Deno.readTextFile(path)) ?? "";
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, name, value] = /^\s*([^\s;#=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    return [[name, value.replace(/^"(.*)"$/, "$1").replace(/\$\{(\w+)\}/g, (all, variable) => env[variable] ?? all)]];
  });
}

/** A token is that of an address without its scheme, and of all addresses below it. */
function tokenOf(url: string, settings: ReadonlyMap<string, string>): string | undefined {
  const { host, pathname } = new URL(url);
  const parts = pathname.split("/").filter((part) => part !== "");
  for (let kept = parts.length; kept >= 0; kept--) {
    const place = [host, ...parts.slice(0, kept)].join("/");
    const token = settings.get(`//${place}/:_authToken`);
    if (token !== undefined) return token;
  }
  return undefined;
}
