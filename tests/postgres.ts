/** A real PostgreSQL server with nothing of its own but a temporary folder, where it listens at a socket. */
import { dirname, join } from "node:path";
import process from "node:process";
import { exists, ifThere } from "@/lib/files.ts";
import { warn } from "@/lib/telemetry/log.ts";

/** Where Debian keeps what only an administrator runs, a folder for each version. */
const DEBIAN = "/usr/lib/postgresql";
/** Who runs it where this process is root's, which PostgreSQL refuses. */
const USER = "postgres";
/** Nobody wants what is lost when the machine goes down amid a test. */
const FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off";
/**
 * Waits until nobody holds its standard input, then does what follows and removes the folder. That is done by a process
 * of its own, for Deno ends those that it has started when it ends itself.
 */
const WHEN_LEFT = 'folder=$1; shift; exec 3<&0; { cat <&3; "$@"; rm -rf "$folder"; } > /dev/null 2>&1 & wait';

export interface Postgres extends AsyncDisposable {
  /** The user's, which nobody else is to see. */
  readonly password: string;
  /** Makes an empty database and tells its address. @param locale that decides what a letter is, such as C.UTF-8 */
  database(locale?: string): Promise<string>;
  /** What a database answers, as psql prints it: a line for each row. */
  ask(address: string, sql: string): Promise<string[]>;
  /** Ends it at once, as a crash would. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/**
 * Starts a server that lives until it is disposed of, or this process ends; undefined, and said, where there is none.
 *
 * @param settings as its program takes them
 */
export async function startPostgres(settings = FAST): Promise<Postgres | undefined> {
  const programs = await findPrograms();
  if (programs === undefined) {
    warn("No PostgreSQL here: its tests are skipped");
    return undefined;
  }
  const folder = await Deno.makeTempDir({ prefix: "postgres-" });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await run("chown", USER, folder);
  const data = join(folder, "data");
  const password = crypto.randomUUID();
  const passwords = join(folder, "password");
  await Deno.writeTextFile(passwords, password);
  const server = (program: string, ...args: string[]) => {
    const all = [join(programs, program), "-D", data, ...args];
    return isRoot ? ["runuser", "-u", USER, "--", ...all] : all;
  };
  const users = ["-U", "vtuber", "-A", "scram-sha-256", `--pwfile=${passwords}`];
  await run(...server("initdb", "-N", "-E", "UTF8", "--locale=C", ...users));
  const stop = server("pg_ctl", "stop", "-w", "-m", "immediate");
  const guard = new Deno.Command("sh", { args: ["-c", WHEN_LEFT, "sh", folder, ...stop], stdin: "piped" }).spawn();
  const start = async () => {
    const options = `${settings} -c listen_addresses='' -k ${folder}`;
    await run(...server("pg_ctl", "start", "-w", "-l", join(folder, "log"), "-o", options));
  };
  const addressOf = (database: string) => `postgres://vtuber:${password}@/${database}?host=${folder}`;
  const ask = async (address: string, sql: string) => {
    const said = await run(join(programs, "psql"), "-X", "-q", "-t", "-A", address, "-c", sql);
    return said.split("\n").filter((line) => line !== "");
  };
  await start();
  let databases = 0;
  return {
    password,
    ask,
    start,
    async stop() {
      await run(...stop);
    },
    async database(locale = "C") {
      const name = `test${++databases}`;
      await ask(addressOf("postgres"), `CREATE DATABASE ${name} TEMPLATE template0 LOCALE '${locale}'`);
      return addressOf(name);
    },
    async [Symbol.asyncDispose]() {
      await guard.stdin.close();
      await guard.status;
    },
  };
}

/** The folder of the server's programs; undefined where there is none. */
async function findPrograms(): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  if (await exists(DEBIAN)) {
    const versions = Array.from(Deno.readDirSync(DEBIAN), ({ name }) => name).sort((a, b) => Number(b) - Number(a));
    folders.push(...versions.map((version) => join(DEBIAN, version, "bin")));
  }
  for (const folder of folders) {
    const initdb = await ifThere(Deno.realPath(join(folder, "initdb")));
    if (initdb !== undefined) return dirname(initdb);
  }
  return undefined;
}

async function run(program = "", ...args: string[]): Promise<string> {
  // A folder that the other user may be in.
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: "/" }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot run ${program} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}
