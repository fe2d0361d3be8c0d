/** A name that no group of motions has. */
export const NO_GROUP = "\0";

/** The group of a model's idle motions, whatever its case; a name that no group has when there is none. */
export function idleGroup(groups: Iterable<string>): string {
  const names = [...groups];
  return names.find((name) => name.toLowerCase() === "idle") ??
    names.find((name) => /idle|stand|wait|loop/i.test(name)) ?? NO_GROUP;
}
