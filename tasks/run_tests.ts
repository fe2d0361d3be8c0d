/**
 * `deno task test`: every test, and the types; `deno task test <files or folders>` those alone. Files that need a browser
 * share one and run beside each other and beside the rest, in batches, some more at once than the machine has processors.
 * A few that fail among all that are run once more with nothing beside them; who passes then is named as unsteady.
 */
import { join } from "node:path";
import { buildIfChanged } from "./build.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { print, warn } from "@/lib/telemetry/log.ts";
import { launchBrowser, SHARED_BROWSER } from "@/tests/browser.ts";
import { reached, readImports } from "@/tests/import_graph.ts";
import { isTest, sources } from "@/tests/sources.ts";

const LOCK = "--lock=tests/deno.lock";
const BATCH = "tests/batch.ts";
const PROCESSORS = navigator.hardwareConcurrency;
/** How many jobs run at once: one more than there are processors, for pages and programs wait a good deal. */
const AT_ONCE = PROCESSORS + 1;
/** What hangs in spite of all is ended after this, ms. */
const JOB_MS = 15 * 60_000;
/**
 * Into how many jobs the files of a kind are divided: enough of those of pages that nobody waits long for the last, and
 * of units and programs, of which many mostly wait.
 */
const BATCHES = { units: PROCESSORS, collecting: 1, "stand-ins": 1, programs: 2, pages: 3 * PROCESSORS };

/** More tests than this that fail are no accident, and are not run again. */
const AGAIN_AT_MOST = 3;

interface Outcome {
  passed: number;
  failed: number;
  ignored: number;
  /** The tests that failed, with their places. */
  failures: string[];
}

interface Run {
  files: string[];
  success: boolean;
  outcome: Outcome;
}

const flags = Deno.args.filter((argument) => argument.startsWith("-"));
const named = Deno.args.filter((argument) => !argument.startsWith("-"));
Deno.exit(await main() ? 0 : 1);

/** Returns whether all is well. */
async function main(): Promise<boolean> {
  const files = (await sources()).filter(isTest).filter(isWanted);
  if (files.length === 0) {
    warn(`Cannot find a test in ${named.join(" ")}: name files or folders of the project`);
    return false;
  }
  const jobs = await divide(files);
  // A single job brings what it needs by itself.
  const shared = jobs.length > 1;
  if (shared) await buildIfChanged(PROGRAM);
  const browser = shared ? await launchBrowser() : undefined;
  const began = performance.now();
  const checked = deno(["check", "--quiet", LOCK, ...(named.length === 0 ? ["."] : files)]);
  const runs: Run[] = [];
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      runs.push(await run(job, browser?.wsEndpoint()));
    }
  };
  let unsteady: string[] = [];
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await checked;
    if (shared) unsteady = await runAgain(runs, browser?.wsEndpoint());
  } finally {
    await browser?.close();
  }
  const sum = (what: "passed" | "failed" | "ignored") => runs.reduce((sum, { outcome }) => sum + outcome[what], 0);
  print(`\n${files.length} files in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  print(`${sum("passed")} passed, ${sum("failed")} failed${sum("ignored") === 0 ? "" : `, ${sum("ignored")} skipped`}`);
  for (const failure of unsteady) warn(`Unsteady, passed by itself: ${failure}`);
  for (const { outcome } of runs) for (const failure of outcome.failures) warn(`Failed: ${failure}`);
  if (!await checked) warn("The types are wrong: deno check says above where");
  return await checked && runs.every(({ success }) => success);
}

/**
 * Runs once more, by themselves, the few tests that failed. Those that pass now have passed.
 *
 * @returns those, with their places
 */
async function runAgain(runs: Run[], browser: string | undefined): Promise<string[]> {
  const failed = runs.filter(({ success }) => !success);
  if (failed.flatMap(({ outcome }) => outcome.failures).length > AGAIN_AT_MOST) return [];
  const unsteady: string[] = [];
  for (const first of failed) {
    const { outcome } = first;
    // "name of the test ... name of its step => ./file.ts:1:6"
    const names = new Set(outcome.failures.map((failure) => failure.split(/ \.\.\. | => /)[0]!));
    const filter = `--filter=/^(${[...names].map(RegExp.escape).join("|")})$/`;
    const second = await run(first.files, browser, [filter]);
    // What went wrong outside of any test has no name here, and is found by none.
    if (!second.success || second.outcome.passed < names.size) continue;
    unsteady.push(...outcome.failures);
    first.success = true;
    first.outcome = { ...outcome, passed: outcome.passed + outcome.failed, failed: 0, failures: [] };
  }
  return unsteady;
}

/** Whether a file is named, by itself or by a folder around it; all are when none is. */
function isWanted(file: string): boolean {
  const paths = named.map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));
  return paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`));
}

/**
 * What runs as one: files of the stand-ins; those that collect garbage, which costs by what their program holds; all
 * others that need neither a browser nor a whole program; and those that do, each kind in several batches of about the
 * same size.
 */
async function divide(files: string[]): Promise<string[][]> {
  const { files: graph } = await readImports(PROGRAM, files);
  const reaches = (file: string, module: string) => reached(graph, [file]).has(module);
  const kinds = Map.groupBy(files, (file) => {
    if (isOfStandIns(file)) return "stand-ins";
    if (reaches(file, "tests/browser.ts")) return "pages";
    if (reaches(file, "tests/collector.ts")) return "collecting";
    return file.startsWith("tests/") ? "programs" : "units";
  });
  return [...kinds].flatMap(([kind, files]) => dealOut(files, BATCHES[kind]));
}

/** Files in so many batches of about the same size, in their order. */
function dealOut(files: string[], count: number): string[][] {
  const size = (file: string) => Deno.statSync(join(PROGRAM, file)).size;
  const bySize = files.toSorted((one, other) => size(other) - size(one));
  return [...Map.groupBy(files, (file) => bySize.indexOf(file) % count).values()];
}

function isOfStandIns(file: string): boolean {
  return file.startsWith("stand_ins/");
}

/** Runs some files and prints what they said when they are through. */
async function run(files: string[], browser: string | undefined, options: readonly string[] = []): Promise<Run> {
  // A program has one build of Fresh in it, and each file of the stand-ins makes its own.
  const apart = files.length === 1 || files.some(isOfStandIns);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", LOCK, "--no-check", ...flags, ...options, ...(apart ? files : [BATCH, "--", ...files])],
    cwd: PROGRAM,
    env: browser === undefined ? {} : { [SHARED_BROWSER]: browser },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => {
    warn(`Ended after ${JOB_MS / 60_000} minutes: ${files.join(" ")}`);
    child.kill("SIGKILL");
  }, JOB_MS);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const [text, warnings] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trimEnd()) as [
    string,
    string,
  ];
  print(text);
  if (warnings !== "") warn(warnings);
  const outcome = outcomeOf(text) ??
    { passed: 0, failed: 1, ignored: 0, failures: [`no result of ${files.join(" ")}`] };
  if (!success && outcome.failures.length === 0) outcome.failures.push(`outside of a test, in ${files.join(" ")}`);
  return { files, success, outcome };
}

/**
 * The numbers of Deno's closing line, "ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)", and what stands below its
 * heading of failures, "name => ./file.ts:1:6". Undefined where there is no such line.
 */
function outcomeOf(text: string): Outcome | undefined {
  // deno-lint-ignore no-control-regex -- the colours of a terminal
  const plain = text.replace(/\x1b\[[\d;]*m/g, "");
  const line = plain.split("\n").findLast((line) => /^(ok|FAILED) \| \d+ passed/.test(line));
  if (line === undefined) return undefined;
  const count = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0);
  const failures = plain.split("\n FAILURES \n")[1]?.split("\n").filter((line) => line.includes(" => ")) ?? [];
  return { passed: count("passed"), failed: count("failed"), ignored: count("ignored"), failures };
}

async function deno(args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: PROGRAM, stdin: "null" }).spawn().status;
  return success;
}
