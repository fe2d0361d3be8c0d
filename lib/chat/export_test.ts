import { assertEquals } from "@std/assert";
import { exportJson, exportMarkdown, fileName } from "./export.ts";
import type { StoredConversation } from "@/lib/store/store.ts";

const conversation: StoredConversation = {
  id: "c",
  title: "お茶の話",
  created: Date.UTC(2026, 4, 6, 23, 59),
  updated: Date.UTC(2026, 4, 7),
  turns: [
    {
      turn: "a",
      prompt: "one\n\n# two",
      greeting: "Hello!",
      text: "Look:\n```js\nlet x",
      thinking: "secret",
      state: "done",
      reason: "cancelled",
    },
    { turn: "b", prompt: "more\r\n", text: "~~~\n```\n~~~\n", thinking: "", state: "done" },
    {
      turn: "c",
      prompt: "👩‍👩‍👧",
      text: " ",
      thinking: "",
      state: "failed",
      error: { code: "incomplete", message: "It broke off" },
    },
  ],
};

Deno.test("exportMarkdown() quotes the user, leaves answers as they are, and ends a code block that broke off", () => {
  assertEquals(
    exportMarkdown(conversation),
    `# お茶の話

*2026-05-06 23:59*

Hello!

> one
>
> # two

Look:
\`\`\`js
let x
\`\`\`

> more
>

~~~
\`\`\`
~~~

> 👩‍👩‍👧

*It broke off*
`,
  );
});

Deno.test("W13: exportMarkdown() tells the reader's own day and time", () => {
  assertEquals(exportMarkdown(conversation, "Asia/Tokyo").split("\n")[2], "*2026-05-07 08:59*");
  assertEquals(exportMarkdown(conversation, "America/New_York").split("\n")[2], "*2026-05-06 19:59*");
});

Deno.test("exportJson() holds everything", () => {
  const { format, version, created, updated, ...rest } = JSON.parse(exportJson(conversation));
  assertEquals([format, version], ["vtuber.conversation", 1]);
  assertEquals({ ...rest, created: Date.parse(created), updated: Date.parse(updated) }, conversation);
});

Deno.test("fileName() keeps every script and drops what a file's name cannot hold", () => {
  const cases: [string, string][] = [
    ["お茶の話 👩‍👩‍👧", "お茶の話 👩‍👩‍👧.md"],
    ["../../etc/passwd", "etc passwd.md"],
    ['a:b*c?"d"<e>|f\\g\0h', "a b c d e f g h.md"],
    ["...", "conversation.md"],
    ["", "conversation.md"],
    ["con", "conversation.md"],
    ["x".repeat(100), `${"x".repeat(59)}….md`],
  ];
  for (const [title, name] of cases) assertEquals(fileName(title, "md"), name);
  // File systems take 255 bytes.
  const bytes = new TextEncoder().encode(fileName("👩‍👩‍👧‍👦".repeat(70), "md")).length;
  assertEquals([bytes > 90, bytes < 255], [true, true]);
});
