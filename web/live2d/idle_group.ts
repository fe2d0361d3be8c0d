/** A name that no group of motions has. */
export const NO_GROUP = "\0";

/** How models call their idle motions beside `idle`, as whole words. */
const WORDS = new Set(["stand", "standing", "standby", "wait", "waiting", "loop", "home", "main", "default", "breath"]);
/** Languages that put no blanks between words. */
const SIGNS = /待机|待機|空闲|空閒|站立|闲置|アイドル|立ち|待ち|대기|기본/;

/**
 * The group of a model's idle motions; a name that no group has when there is none.
 *
 * @param wanted the group that the model's owner has chosen
 */
export function idleGroup(groups: Iterable<string>, wanted?: string): string {
  const names = [...groups];
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  return names.find((name) => name.toLowerCase() === "idle") ??
    names.find((name) => /idle/i.test(name)) ??
    names.find((name) => wordsOf(name).some((word) => WORDS.has(word)) || SIGNS.test(name)) ??
    names.find((name) => name === "") ?? NO_GROUP;
}

/** The words of a name in Latin letters, in lower case: `mainWait_01` is main and wait. */
function wordsOf(name: string): string[] {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().match(/[a-z]+/g) ?? [];
}
