/**
 * Motion groups that answer a tap, best first. Names are compared by their letters alone, as models write `TapBody`,
 * `tap_body` and `Tap@Body`.
 *
 * @param areas Names of the hit areas under the finger
 * @param groups Names of the model's motion groups
 * @param idle The group that is no reaction
 */
export function tapGroups(areas: readonly string[], groups: readonly string[], idle: string): string[] {
  const others = groups.filter((group) => group !== idle);
  const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "").replace(/^hitarea/, "");
  const wanted = areas.map(plain);
  function score(group: string): number {
    const name = plain(group);
    if (wanted.some((area) => name === `tap${area}` || name === `touch${area}`)) return 4;
    if (wanted.some((area) => area !== "" && name.includes(area))) return 3;
    if (/^(tap|touch)/.test(name)) return 2;
    return 1;
  }
  return others.toSorted((a, b) => score(b) - score(a));
}
