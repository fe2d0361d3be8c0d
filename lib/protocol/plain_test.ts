import { assertEquals, assertThrows } from "@std/assert";
import { parsePlainPrompt } from "./plain.ts";

Deno.test("parsePlainPrompt() takes raw text and objects with a prompt", () => {
  const cases: [string, string][] = [
    ["hello", "hello"],
    ['{"prompt":"hello"}', "hello"],
    ['  {"prompt":"こんにちは", "more":1}', "こんにちは"],
    ["42", "42"],
    ['"quoted"', '"quoted"'],
    ["[1]", "[1]"],
    ["  spaces stay  ", "  spaces stay  "],
  ];
  for (const [frame, prompt] of cases) assertEquals(parsePlainPrompt(frame), prompt);
});

Deno.test("parsePlainPrompt() names what is wrong", () => {
  const cases: [unknown, string][] = [
    [new ArrayBuffer(2), "binary"],
    ["", "empty"],
    [" \n", "empty"],
    ['{"prompt":""}', "empty"],
    ['{"prompt":3}', "must be a string, it is number"],
    ["{}", "it is undefined"],
    ['{"prompt":', "as JSON"],
  ];
  for (const [frame, words] of cases) assertThrows(() => parsePlainPrompt(frame), SyntaxError, words);
});
