import { assertEquals } from "@std/assert";
import { compareRoutes, toPattern } from "./fs_routes.ts";

Deno.test("toPattern() makes an address of the path of a route file", () => {
  const expected = {
    "": "/",
    "index": "/",
    "about": "/about",
    "blog/index": "/blog",
    "blog/[id]": "/blog/:id",
    "[id]-[name]": "/:id-:name",
    "[...rest]": "/:rest*",
    "[[lang]]/about": "{/:lang}?/about",
    "[[lang]]": "/{:lang}?",
    "(shop)/cart": "/cart",
    "(shop)/index": "/",
  };
  for (const [path, pattern] of Object.entries(expected)) assertEquals(toPattern(path), pattern, path);
  assertEquals(toPattern("(shop)/cart", true), "/(shop)/cart");
});

Deno.test("compareRoutes() puts what counts for others first and what is exact before what is not", () => {
  const ordered = ["_app", "_middleware", "index", "about", "blog/_middleware", "blog/new", "blog/[id]", "blog/[...x]"];
  assertEquals(ordered.toReversed().sort(compareRoutes), ordered);
});
