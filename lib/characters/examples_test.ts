import { assertEquals } from "@std/assert";
import { parseExamples } from "./examples.ts";

const names = { char: "Alice", user: "User" };

function lines(text: string): string[] {
  return parseExamples(text, names).map(({ role, content }) => `${role}: ${content}`);
}

Deno.test("parseExamples() reads blocks of lines by their speakers", () => {
  const text = "<START>\nUser: Hi!\nAlice: Hello.\nHow are you?\n<start>\r\nAlice： ようこそ\r\nuser: ありがとう";
  assertEquals(lines(text), [
    "user: Hi!",
    "assistant: Hello.\nHow are you?",
    "assistant: ようこそ",
    "user: ありがとう",
  ]);
});

Deno.test("parseExamples() joins lines of one speaker, and leaves out what nobody says", () => {
  assertEquals(lines("A garden.\nAlice: One.\nAlice: Two.\n<START>\nnobody\nUser:\nAlice:  Three.\n\n"), [
    "assistant: One.\nTwo.",
    "assistant: Three.",
  ]);
});

Deno.test("parseExamples() takes a name for a speaker only as a whole", () => {
  assertEquals(lines("Alice Smith: no\nAlice says: no\nAlice : yes\nUsers: no"), ["assistant: yes\nUsers: no"]);
  assertEquals(lines(""), []);
});
