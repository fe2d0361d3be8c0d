import { assert, assertEquals, assertGreaterOrEqual, assertMatch, assertNotMatch, assertRejects } from "@std/assert";
import RiveScript from "rivescript";
import { DEMO_BRAIN } from "./demo.rive.ts";
import { DemoProvider, prepare } from "./demo.ts";
import { pieces } from "./pieces.ts";
import { type ChatMessage, LlmError } from "@/lib/providers/provider.ts";

const NEVER = new AbortController().signal;

function atOnce(feelings = false): DemoProvider {
  return new DemoProvider({ wordsPerSecond: 0, feelings });
}

async function say(demo: DemoProvider, prompt: string, user = "test"): Promise<string> {
  return await answerTo(demo, [{ role: "user", content: prompt }], user);
}

async function answerTo(demo: DemoProvider, messages: ChatMessage[], user?: string): Promise<string> {
  let text = "";
  let reason: string | undefined;
  for await (
    const event of demo.generate({ model: "demo", messages, ...(user === undefined ? {} : { user }) }, {
      signal: NEVER,
    })
  ) {
    assertEquals(reason, undefined);
    if (event.type === "text") text += event.text;
    if (event.type === "done") reason = event.reason;
  }
  assertEquals(reason, "stop");
  return text;
}

function triggers(): string[] {
  return Array.from(DEMO_BRAIN.matchAll(/^\+ (.*)$/gm), ([, trigger = ""]) => trigger);
}

Deno.test("the built-in brain knows at least 60 patterns, and each can be reached", async (t) => {
  const brain = new RiveScript({ utf8: true });
  brain.setSubroutine("mirror", () => "");
  brain.setSubroutine("sum", () => "");
  brain.setSubroutine("now", () => "");
  brain.stream(DEMO_BRAIN, (error) => {
    throw new Error(error);
  });
  brain.sortReplies();
  assertGreaterOrEqual(new Set(triggers()).size, 60);
  assertEquals(new Set(triggers()).size, triggers().length);
  for (const trigger of triggers()) {
    await t.step(trigger, () => {
      const reply = brain.reply("test", sample(trigger));
      assertEquals(brain.initialMatch("test"), trigger);
      assertNotMatch(reply, /ERR|undefined|«/);
    });
  }
});

/** A text that a trigger is made for: the first of each choice, and nothing where nothing is needed. */
function sample(trigger: string): string {
  let text = trigger.replace(/\{weight=\d+\}/, "").replaceAll(/\(\?:[^()]*\)\?/g, "").replaceAll("#", "7");
  text = text.replaceAll(/@(\w+)/g, (_all, name: string) => DEMO_BRAIN.match(`! array ${name} = (\\S+)`)?.[1] ?? "");
  for (let before = ""; before !== text;) [before, text] = [text, text.replace(/\(([^()|]*)[^()]*\)/, "$1")];
  return text.replaceAll("<bot name>", "lumi").replaceAll("_", "xyzzy").replaceAll("*", "xyzzy plugh");
}

Deno.test("DemoProvider greets, and is honest about what it is", async () => {
  for (
    const greeting of [
      "Hello!",
      "hi there",
      "Good morning, Lumi.",
      "bonjour",
      "hola :)",
      "Привет!",
      "おはよう",
      "你好！",
      "안녕",
      "👋",
    ]
  ) {
    const answer = await say(atOnce(), greeting, greeting);
    assertMatch(answer, /Ollama|demo|демо|デモ|演示|데모/, greeting);
  }
});

Deno.test("DemoProvider says at its first answer who speaks, whatever it is about, and not again", async () => {
  const demo = atOnce();
  assertMatch(await say(demo, "flip a coin"), /Lumi, by the way, the built-in demo brain: `ollama serve`/);
  assertNotMatch(await say(demo, "flip a coin"), /by the way/);
});

Deno.test("A17: the demo plays who is chosen", async () => {
  const demo = atOnce();
  const sayTo = async (name: string | undefined, prompt: string) => {
    let text = "";
    const character = name === undefined ? {} : { name };
    const messages: ChatMessage[] = [{ role: "user", content: prompt }];
    for await (const event of demo.generate({ model: "demo", messages, character }, { signal: NEVER })) {
      if (event.type === "text") text += event.text;
    }
    return text;
  };
  for (const prompt of ["Hello!", "Who are you?", "你好！", "はじめまして、お名前は？", "Привет!", "flip a coin"]) {
    const [sora, nobody, ...odd] = [
      await sayTo("Sora", prompt),
      await sayTo(undefined, prompt),
      await sayTo("<set name=x>{weight=3}", prompt),
    ];
    if (!/flip|好/.test(prompt)) assertMatch(sora!, /Sora/, prompt);
    assertNotMatch(sora!, /Lumi|ルミ|露米|Луми/, prompt);
    assertMatch(nobody!, /Lumi|demo|デモ|演示|демо/, prompt);
    assertNotMatch(odd.join(), /[<>{}]/, prompt);
  }
  assertMatch(await sayTo("Ms. Sora", "Good day, ms sora"), /./);
  assertMatch(await sayTo("Sora", "Sora?"), /that is me|You called/);
});

Deno.test("DemoProvider tells how to start Ollama when asked", async () => {
  for (
    const prompt of [
      "What is Ollama?",
      "how do I start a real brain",
      "help",
      "who was Ada Lovelace?",
      "Translate this",
    ]
  ) {
    assertMatch(`${await say(atOnce(), prompt)}`, /ollama/i, prompt);
  }
});

Deno.test("DemoProvider remembers a name within a conversation", async (t) => {
  const cases = [
    ["My name is zoë.", "What's my name?", "Zoë"],
    ["hi, my name is Anna Maria", "who am I", "Anna Maria"],
    ["call me Ishmael", "Do you remember me?", "Ishmael"],
    ["hello", "Bob", "Bob"],
    ["hi", "I'm Bob", "Bob"],
    ["こんにちは", "太郎です", "太郎"],
    ["你好", "我是小明", "小明"],
    ["私の名前は太郎です。", "私の名前を覚えていますか？", "太郎"],
    ["我叫小明", "我叫什么？", "小明"],
  ];
  for (const [told = "", asked = "", name = ""] of cases) {
    await t.step(`${told} by its user`, async () => {
      const demo = atOnce();
      await say(demo, told, "one");
      assert((await say(demo, asked, "one")).includes(name));
      assert(!(await say(demo, asked, "two")).includes(name), "another user knows it too");
    });
    await t.step(`${told} by its messages`, async () => {
      const demo = atOnce();
      const messages: ChatMessage[] = [
        { role: "user", content: told },
        { role: "assistant", content: "I see" },
        { role: "user", content: asked },
      ];
      assert((await answerTo(demo, messages)).includes(name));
      assert(!(await answerTo(demo, messages.slice(2))).includes(name));
    });
  }
});

Deno.test("DemoProvider forgets the oldest of very many users", async () => {
  const demo = atOnce();
  await say(demo, "my name is Zoë", "first");
  for (let user = 0; user < 1000; user++) await say(demo, "yes", `user ${user}`);
  assertNotMatch(await say(demo, "what is my name", "first"), /Zoë/);
});

Deno.test("DemoProvider goes along with a yes or no", async () => {
  const demo = atOnce();
  await say(demo, "I am bored");
  assertMatch(await say(demo, "yes please"), /\?|sea|binary|port/);
  await say(demo, "a riddle");
  assertMatch(await say(demo, "tell me"), /clock/);
  assertNotMatch(await say(demo, "tell me"), /clock/);
});

Deno.test("DemoProvider answers in the language that the script makes likely", async () => {
  const cases: [string, RegExp][] = [
    ["量子力学を説明してください", /です|ます/],
    ["量子力学是什么意思", /[演示脑袋这]/],
    ["양자역학을 설명해 줘", /데모|모델/],
    ["Объясни квантовую механику", /модель/],
    ["Поясніть це, їжаче", /модель/],
    ["اشرح لي ميكانيكا الكم", /برنامج|البرنامج/],
    ["הסבר לי", /הדגמה/],
    ["मुझे समझाओ", /डेमो/],
    ["อธิบายให้ฟังหน่อย", /สาธิต/],
    ["Εξήγησέ μου", /επίδειξη/],
  ];
  for (const [prompt, expected] of cases) assertMatch(await say(atOnce(), prompt), expected, prompt);
});

Deno.test("DemoProvider does sums, shows Markdown and code, and tells stories", async () => {
  const cases: [string, RegExp][] = [
    ["2+2", /makes 4\./],
    ["what is 7 * 6?", /makes 42\./],
    ["10 divided by 4 please", /makes 2\.5\./],
    ["1/0", /Even I/],
    ["show me some markdown", /\n- a list\n[\s\S]*\| --- \|/],
    ["Write some code", /```ts\nfunction[\s\S]*\n```/],
    ["tell me a story", /lighthouse|fox|cloud/],
    ["what time is it", /My clock says: \w+, /],
  ];
  for (const [prompt, expected] of cases) assertMatch(await say(atOnce(), prompt), expected, prompt);
});

Deno.test("DemoProvider marks feelings only when asked to", async () => {
  const prompt = "I am so sad today";
  assertNotMatch(await say(atOnce(), prompt), /\[/);
  assertMatch(await say(atOnce(true), prompt), /^\[sad\] /);
  assertMatch(await say(atOnce(true), "tell me a story"), /\[happy\]/);
});

Deno.test("DemoProvider stays calm whatever it reads", async (t) => {
  const odd = [
    "?!…",
    "🤖🛸",
    "\u0000\u0007",
    "\ud800",
    "<set name=x>",
    "<call>now</call>",
    "{@hello}",
    "{topic=gone}",
    "<get name>",
    "my name is {@my name is x}",
    "my name is <star>",
    "my name is $& $1",
    "\\n \\s",
    "__proto__",
    "constructor",
    "toString",
    "* * *",
    "(((",
    "[*]",
    "^$",
    "|",
    "undefined",
    "a".repeat(100_000),
    "why ".repeat(50_000),
    "は".repeat(10_000),
    "👩‍🚀".repeat(5000),
    "x\n\n+ y\n- z",
    "+ hello",
    "// comment",
    "nothing to read",
    "lost in ja",
    "😀".repeat(151),
  ];
  const demo = atOnce();
  for (const prompt of odd) {
    await t.step(prompt.slice(0, 20).toWellFormed(), async () => {
      const answer = await say(demo, prompt);
      assertGreaterOrEqual(answer.length, 1);
      assertNotMatch(answer, /ERR|undefined|object Object/);
    });
  }
  await t.step("at random", async () => {
    const alphabet = Array.from("abc yes my name is * # @ < > { } [ ] ( ) | \\ / ' \" % ^ - + = 1 日 は é 👍 \n");
    let seed = 7;
    const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 500; round++) {
      const prompt = `x${Array.from({ length: next(60) }, () => alphabet[next(alphabet.length)]).join("")}`;
      assertNotMatch(await say(demo, prompt), /ERR|undefined/, prompt);
    }
  });
});

Deno.test("DemoProvider refuses an empty prompt", async () => {
  for (const prompt of ["", " \n"]) {
    const error = await assertRejects(() => say(atOnce(), prompt), LlmError);
    assertEquals(error.code, "empty_prompt");
  }
});

Deno.test("DemoProvider ends at once when aborted between two words", async () => {
  const abort = new AbortController();
  const demo = new DemoProvider({ wordsPerSecond: 0.001 });
  const answer = demo.generate({ model: "demo", messages: [{ role: "user", content: "hello" }] }, {
    signal: abort.signal,
  });
  assertEquals((await answer.next()).value?.type, "text");
  const next = answer.next();
  abort.abort(new Error("enough"));
  await assertRejects(() => next, Error, "enough");
});

Deno.test("prepare() leaves words, numbers and faces of any script", () => {
  const cases = [
    ["What’s UP?!", "What's UP"],
    ["ｈｅｌｌｏ", "hello"],
    ["c'est l'été, Zoë…", "c'est l'été Zoë"],
    ["<b>{x}</b>", "b x b"],
    ["3+4*5", "3 plus 4 times 5"],
    ["❤️ 👍", "❤ 👍"],
    ["...", "nothing to read"],
    ["はい、そうです。", "はい そうです"],
  ];
  for (const [prompt = "", expected] of cases) assertEquals(prepare(prompt), expected);
  assertEquals(prepare("日".repeat(1000)).length, 300);
});

Deno.test("pieces() gives words that make the text again", () => {
  const cases: [string, string[]][] = [
    ["Hello, you there!", ["Hello,", " you", " there!"]],
    ["a\n\n- b  c ", ["a", "\n\n-", " b", "  c", " "]],
    ["", []],
    ["我喜欢猫。", ["我", "喜欢", "猫。"]],
  ];
  for (const [text, expected] of cases) assertEquals([...pieces(text)], expected);
  for (const text of ["こんにちは！ルミです。（デモ）´x´", "สวัสดีครับ ฉันชื่อ", "mixed 日本語 text、と。", "👩‍🚀🇯🇵"]) {
    assertEquals([...pieces(text)].join(""), text);
  }
  assertGreaterOrEqual([...pieces("すみません、私は内蔵のデモなので、知っている言葉が少ないんです。")].length, 8);
});

Deno.test("the third answer says how to get a real language model, once, in the language of the talk", async () => {
  const cases: [prompt: string, way: RegExp][] = [
    ["flip a coin", /get Ollama from https:\/\/ollama\.com\/download and run `ollama pull qwen2\.5`/],
    ["元気ですか？", /Ollama を入れて/],
    ["你喜欢什么？", /安装 Ollama/],
  ];
  for (const [prompt, way] of cases) {
    const demo = atOnce();
    const byUser: boolean[] = [];
    const byMessages: boolean[] = [];
    const messages: ChatMessage[] = ["one", "two"].flatMap((content): ChatMessage[] => [
      { role: "user", content, example: true },
      { role: "assistant", content: "So I speak.", example: true },
    ]);
    for (let turn = 1; turn <= 4; turn++) {
      byUser.push(way.test(await say(demo, prompt)));
      messages.push({ role: "user", content: prompt });
      const answer = await answerTo(demo, messages);
      byMessages.push(way.test(answer));
      messages.push({ role: "assistant", content: answer });
    }
    assertEquals([byUser, byMessages], [[false, false, true, false], [false, false, true, false]], prompt);
  }
});
