import { basename, dirname, join } from "node:path";
import { exists, removeIfThere } from "@/lib/files.ts";
import { installFromNpm, type NpmPackages } from "@/lib/npm/install.ts";

/**
 * Brings packages from npm and lays what is wanted of them into a folder, which appears when it is whole. Where it is
 * there already, nothing is done.
 *
 * @param lay is given the packages' folder and the one to fill
 * @throws {NpmError} when npm does not have them
 * @throws the reason of `signal`
 */
export async function layPackages(
  folder: string,
  packages: NpmPackages,
  lay: (modules: string, whole: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (await exists(folder)) return;
  const building = join(dirname(folder), `.${basename(folder)}.part`);
  const whole = join(building, "whole");
  await removeIfThere(building);
  await installFromNpm(building, packages, signal);
  await Deno.mkdir(whole);
  await lay(join(building, "node_modules"), whole);
  await Deno.rename(whole, folder);
  await removeIfThere(building);
}
