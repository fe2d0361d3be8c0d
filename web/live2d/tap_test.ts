import { assertEquals } from "@std/assert";
import { tapGroups } from "./tap.ts";

Deno.test("tapGroups() finds the reaction to a tap, however a model spells it", () => {
  const cases: [areas: string[], groups: string[], first: string | undefined][] = [
    [["Body"], ["Idle", "TapBody"], "TapBody"],
    [["body"], ["idle", "flick_head", "tap_body"], "tap_body"],
    [["head"], ["idle", "tap_body", "flick_head"], "flick_head"],
    [["HitAreaHead"], ["Idle", "TapBody", "Tap@Head"], "Tap@Head"],
    [["Head"], ["Idle", "Shake", "TapBody"], "TapBody"],
    [["Head"], ["Idle", "Special"], "Special"],
    [["Head"], ["Idle"], undefined],
  ];
  for (const [areas, groups, first] of cases) assertEquals(tapGroups(areas, groups, groups[0] ?? "")[0], first);
});
