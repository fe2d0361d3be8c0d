import { assertEquals } from "@std/assert";
import { faultOf, StageError } from "./errors.ts";
import type { AvatarFault } from "@/lib/protocol/avatar_fault.ts";

Deno.test("faultOf() keeps what a StageError says, and the message of everything else", () => {
  const missing: AvatarFault = { code: "file_missing", file: "a.moc3", status: 404 };
  const cases: [thrown: unknown, expected: AvatarFault][] = [
    [new StageError(missing), missing],
    // The class of another script is another one.
    [Object.assign(new Error("missing"), { name: "StageError", fault: missing }), missing],
    [new TypeError("no chunk"), { code: "unexpected", message: "no chunk" }],
    ["text", { code: "unexpected", message: "text" }],
  ];
  for (const [thrown, expected] of cases) assertEquals(faultOf(thrown), expected);
});

Deno.test("StageError's message names the fault with all its details", () => {
  const error = new StageError({ code: "file_missing", file: "a.moc3", status: 404 });
  assertEquals(error.message, "Cannot show the avatar: file_missing: a.moc3: 404");
});
