/** Spoken prompts over real sockets: flite speaks, silero finds where, a server of the test's own understands. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { all, finals, listen, say, Scene } from "./hearing_scene_fixture.ts";
import { framesOf, joined, silence, spoken } from "@/lib/hearing/hearing_fixture.ts";
import { voiced } from "@/lib/hearing/sherpa/tone_recogniser_fixture.ts";
import { watchChildren } from "@/tests/children.ts";
import { until } from "@/tests/until.ts";

const HELLO = await spoken("Hello there, how are you today?");
const WEATHER = await spoken("What will the weather be tomorrow?");

Deno.test("what is said becomes a prompt of the conversation, with sound from before it began", async () => {
  await using scene = await Scene.open();
  const page = await scene.page();
  page.send({ type: "listen", stream: 7, mode: "open" });
  assertEquals(await page.next("listening"), { type: "listening", stream: 7, engine: "openai", away: false });
  scene.understands("Hello there, how are you today?");
  say(page, 7, joined(silence(2), HELLO, silence(4)));
  const [transcript] = await finals(page, 1);
  const queued = await page.next("queued");
  assertEquals([transcript?.text, transcript?.turn], ["Hello there, how are you today?", queued.turn]);
  assertEquals(queued.text, transcript?.text);
  const activity = all(page, "activity");
  assertEquals(activity.map(({ speaking }) => speaking), [true, false]);
  const [began, ended] = activity.map(({ position }) => position / 16_000);
  assert(began! > 1.9 && began! < 2.4, `it began at ${began} s`);
  assert(Math.abs(ended! - 2 - HELLO.length / 16_000) < 0.4, `it ended at ${ended} s`);
  const seconds = scene.transcription.asked[0]!.samples.length / 16_000;
  // All of it with 0.8 s from before.
  assert(seconds > HELLO.length / 16_000 + 0.5 && seconds < HELLO.length / 16_000 + 2.5, `${seconds} s were sent`);
});

Deno.test("words before a short pause and behind it are one turn, two behind a long pause are two", async () => {
  await using scene = await Scene.open();
  const page = await scene.page();
  await listen(page, 1, "open");
  scene.understands("Hello, and", "how are you?", "What about tomorrow?");
  const first = joined(silence(1), HELLO, silence(0.5));
  say(page, 1, first);
  // What grows is told on the way.
  const { text, final } = await page.next("transcript");
  assertEquals([text, final], ["Hello, and", false]);
  say(page, 1, joined(WEATHER, silence(4)), first.length);
  await finals(page, 1);
  assertEquals(all(page, "queued").map(({ text }) => text), ["Hello, and how are you?"]);
});

Deno.test("an answer is begun within the silence, and is as if it had never been when the speaker goes on", async () => {
  for (const early of [true, false]) {
    await using scene = await Scene.open({ hearing: { early } });
    const page = await scene.page();
    await listen(page, 1, "open");
    scene.understands("Tell me about");
    const { answers } = scene.chat.model;
    const first = joined(silence(1), HELLO, silence(0.5));
    say(page, 1, first);
    await page.next("transcript");
    // Words that are open wait longer than others.
    const pause = silence(1.05);
    say(page, 1, pause, first.length);
    if (early) {
      const guess = await scene.chat.model.answer(0);
      assertEquals([guess.request.messages[0]?.content, all(page, "queued").length], ["Tell me about", 0]);
    }
    // It is dropped by the voice, before anything is known of its words.
    scene.transcription.answer = async () => {
      await until("the guess is dropped", () => answers.every(({ signal }) => signal.aborted));
      return Response.json({ text: "the weather tomorrow." });
    };
    say(page, 1, joined(WEATHER, silence(3)), first.length + pause.length);
    const [final] = await finals(page, 1);
    const asked = await scene.chat.model.answer(early ? 1 : 0);
    assertEquals(asked.request.messages[0]?.content, "Tell me about the weather tomorrow.");
    asked.say("Sunny");
    assertEquals((await page.next("chunk")).turn, final?.turn);
    assertEquals(answers.slice(0, -1).map(({ signal }) => signal.aborted), early ? [true] : []);
    assertEquals(all(page, "queued").map(({ text }) => text), ["Tell me about the weather tomorrow."]);
  }
});

Deno.test("an utterance right behind another one joins its turn while nothing of the answer is there", async () => {
  await using scene = await Scene.open();
  const page = await scene.page();
  await listen(page, 1, "hold");
  scene.understands("Tell me.", "About the weather.", "Something else.");
  say(page, 1, joined(silence(0.2), HELLO));
  page.send({ type: "unlisten", stream: 1 });
  await listen(page, 2, "hold");
  say(page, 2, joined(silence(0.2), WEATHER));
  page.send({ type: "unlisten", stream: 2 });
  const [, second] = await finals(page, 2);
  const asked = () => scene.chat.model.answers.map(({ request }) => request.messages[0]?.content);
  await until("both are one turn", () => asked().length === 2);
  assertEquals(asked(), ["Tell me.", "Tell me. About the weather."]);
  assertEquals(scene.chat.model.answers.map(({ signal }) => signal.aborted), [true, false]);
  (await scene.chat.model.answer(1)).say("Sunny");
  assertEquals([(await page.next("chunk")).turn], [second?.turn]);
  await listen(page, 3, "hold");
  say(page, 3, joined(silence(0.2), HELLO));
  page.send({ type: "unlisten", stream: 3 });
  const [, , third] = await finals(page, 3);
  (await scene.chat.model.answer(1)).end();
  assertEquals((await page.first((frame) => frame.type === "start" && frame.turn === third?.turn)).type, "start");
  assertEquals(asked().at(-1), "Something else.");
});

Deno.test("called by her wake word, or by nothing but it before, she hears what follows, and nothing else", async () => {
  await using scene = await Scene.open({ hearing: { wakeWord: "Mao" } });
  const page = await scene.page();
  await listen(page, 1, "wake");
  scene.understands("Let us eat.", "Hey Mao, how are you?", "Mao.", "What is the weather?");
  // Each is heard once the one before is understood, as by the clock: all at once, they overtake one another.
  let position = 0;
  for (const [index, sound] of [HELLO, WEATHER, HELLO, WEATHER].entries()) {
    const said = joined(silence(1), sound, silence(4));
    say(page, 1, said, position);
    position += said.length;
    await finals(page, index + 1);
  }
  const told = (await finals(page, 4)).map(({ text, turn }) => [text, turn !== undefined]);
  assertEquals(told, [["", false], ["how are you?", true], ["", false], ["What is the weather?", true]]);
  assert(!JSON.stringify(page.received).includes("Let us"), "what was not for her is told");
});

Deno.test("a recogniser of this machine understands what silero finds, while it is said or at its end", async () => {
  for (const sherpa of ["streaming", "whole"] as const) {
    await using scene = await Scene.open({ sherpa });
    const page = await scene.page();
    page.send({ type: "listen", stream: 1, mode: "open" });
    assertEquals(await page.next("listening"), { type: "listening", stream: 1, engine: "sherpa", away: false });
    const sound = joined(silence(1), voiced(WEATHER, "hello there how are you"));
    say(page, 1, sound);
    // Such a one knows words before there is any silence.
    if (sherpa === "streaming") assertMatch((await page.next("transcript")).text, /^hello/);
    say(page, 1, silence(4), sound.length);
    const [final] = await finals(page, 1);
    const { text, turn } = await page.next("queued");
    assertEquals([text, final?.text, final?.turn], ["hello there how are you", text, turn]);
  }
});

Deno.test("a recogniser of this machine hears her wake word, and what is not for her is told to nobody", async () => {
  await using scene = await Scene.open({ sherpa: "streaming", hearing: { wakeWord: "mao" } });
  const page = await scene.page();
  await listen(page, 1, "wake");
  const sounds = ["how are you", "mao stop there"].flatMap((words) => [voiced(WEATHER, words), silence(4)]);
  say(page, 1, joined(silence(1), ...sounds));
  const told = (await finals(page, 2)).map(({ text, turn }) => [text, turn !== undefined]);
  assertEquals(told, [["", false], ["stop there", true]]);
  assert(!JSON.stringify(page.received).includes("how are"), "what was not for her is told");
});

Deno.test("with a model for the wake word, nothing that is said before it is understood by anybody", async () => {
  await using scene = await Scene.open({ spots: true, hearing: { wakeWord: "Mao" } });
  const page = await scene.page();
  await listen(page, 1, "wake");
  scene.understands("Now, how are you?", "And tomorrow?");
  let position = 0;
  for (const [index, words] of ["how are you", "mao how are you", "hello there"].entries()) {
    const said = joined(silence(1), voiced(WEATHER, words), silence(4));
    say(page, 1, said, position);
    position += said.length;
    await finals(page, index + 1);
    if (index === 0) assertEquals(scene.transcription.asked.length, 0);
  }
  const told = (await finals(page, 3)).map(({ text, turn }) => [text, turn !== undefined]);
  // A recogniser may write her name as it likes, and is asked for as many pieces as there are pauses, of two at once.
  assert(String(told[1]![0]).includes("Now, how are you?"), String(told[1]));
  assertEquals(told.map(([text, isPrompt]) => isPrompt || text), ["", true, ""]);
});

Deno.test("while a key is held she hears without a detector, and says nothing of a silence", async () => {
  await using scene = await Scene.open({ detects: false });
  const page = await scene.page();
  page.send({ type: "listen", stream: 1, mode: "open" });
  const refused = await page.next("error");
  assertEquals([refused.code, refused.stream], ["hearing_setup", 1]);
  assert(refused.hint?.startsWith("Fetch the voice detector in the settings"), refused.hint);
  await listen(page, 2, "hold");
  say(page, 2, silence(1));
  page.send({ type: "unlisten", stream: 2 });
  await listen(page, 3, "hold");
  say(page, 3, HELLO);
  page.send({ type: "unlisten", stream: 3 });
  assertEquals((await finals(page, 1))[0]?.text, "hello");
  assertEquals(scene.transcription.asked.map(({ samples }) => samples.length), [HELLO.length]);
});

Deno.test("what the browser understands itself becomes prompts as well", async () => {
  await using scene = await Scene.open({ hearing: { engine: "browser" } });
  const page = await scene.page();
  page.send({ type: "utterance", id: "early", text: "nobody asked", final: true });
  await listen(page, 1, "open");
  page.send({ type: "utterance", id: "u", text: "Hello", final: false });
  page.send({ type: "utterance", id: "u", text: "Hello you", final: true });
  const [final] = await finals(page, 1);
  const { turn, text } = await page.next("queued");
  assertEquals([final, text], [{ type: "transcript", id: "u", text: "Hello you", final: true, turn }, "Hello you"]);
  assertEquals(all(page, "transcript").map(({ text }) => text), ["Hello", "Hello you"]);
});

Deno.test("of what the browser understands, only what follows her wake word is told or asked", async () => {
  await using scene = await Scene.open({ hearing: { engine: "browser", wakeWord: "Mao" } });
  const page = await scene.page();
  await listen(page, 1, "wake");
  page.send({ type: "utterance", id: "a", text: "Let us", final: false });
  page.send({ type: "utterance", id: "a", text: "Let us eat", final: true });
  page.send({ type: "utterance", id: "b", text: "Mao, how are you", final: true });
  const told = (await finals(page, 2)).map(({ text, turn }) => [text, turn !== undefined]);
  assertEquals(told, [["", false], ["how are you", true]]);
  assertEquals((await page.next("queued")).text, "how are you");
  assert(!JSON.stringify(page.received).includes("Let us"), "what was not for her is told");
});

Deno.test("of two tabs of a browser the one that began last is listened to, and nobody is once ears are off", async () => {
  await using scene = await Scene.open();
  const first = await scene.page();
  await listen(first, 1, "open");
  const second = await scene.chat.v2();
  second.send({ type: "hello", session: (await first.next("welcome")).session });
  await listen(second, 1, "open");
  const ended = await first.next("error");
  assertEquals([ended.code, ended.stream, ended.message], [
    "hearing_failed",
    1,
    "Another tab of this browser is listened to now",
  ]);
  say(first, 1, joined(silence(1), HELLO, silence(4)));
  say(second, 1, joined(silence(1), WEATHER, silence(4)));
  await finals(second, 1);
  assertEquals([all(first, "transcript").length, scene.transcription.asked.length], [0, 1]);
  await using deaf = await Scene.open({ hearing: { engine: "off" }, detects: false });
  const page = await deaf.page();
  page.send({ type: "listen", stream: 1, mode: "hold" });
  assert((await page.next("error")).message.includes("`hearing.engine` is off"));
});

Deno.test("a recogniser that hangs, lies or fails costs its own utterance only", async () => {
  await using scene = await Scene.open({ timeoutMs: 700 });
  const held = Promise.withResolvers<Response>();
  const answers: (() => Response | Promise<Response>)[] = [
    () => held.promise,
    () => new Response("<html>Welcome to nginx</html>", { headers: { "content-type": "text/html" } }),
    () => Response.json({ error: { message: "no such model" } }, { status: 404 }),
    () => Response.json({ text: "x".repeat(20_000) }),
    () => Response.json({ text: "Finally." }),
  ];
  scene.transcription.answer = () => answers.shift()?.() ?? Response.json({ text: "" });
  const page = await scene.page();
  await listen(page, 1, "open");
  for (let index = 0, position = 0; index < 5; index++) {
    const sound = joined(silence(1), index % 2 === 0 ? HELLO : WEATHER, silence(2.2));
    say(page, 1, sound, position);
    position += sound.length;
    await finals(page, index + 1);
  }
  held.resolve(new Response());
  const errors = all(page, "error");
  assertEquals(
    errors.map(({ code, stream }) => [code, stream]),
    errors.map(() => ["not_understood" as const, undefined]),
  );
  const words = [
    "sent nothing for 0.7 s",
    "answered with text/html instead of",
    "no such model",
    "sent 20000 characters",
  ];
  words.forEach((one, index) => assert(errors[index]?.message.includes(one), errors[index]?.message));
  const told = (await finals(page, 5)).map(({ text, turn }) => [text, turn !== undefined]);
  assertEquals(told, [["", false], ["", false], ["", false], ["", false], ["Finally.", true]]);
});

Deno.test("sound that is none, or comes as none does, ends its stream with clear words, and text goes on", async () => {
  await using scene = await Scene.open();
  const page = await scene.page();
  const random = crypto.getRandomValues(new Int16Array(32_000));
  const cases: [send: (stream: number) => void, words: string][] = [
    [() => page.send(new Uint8Array(5 * 1024 * 1024)), "5242880 bytes, at most 32768 are taken"],
    [() => page.send(new Uint8Array(3)), "3 bytes, its header alone has 16"],
    [(stream) => say(page, stream, random), "What comes from the microphone is no sound"],
    [(stream) => say(page, stream, HELLO, 16_000 * 60), "jumped from 0.0 s to 60.0 s"],
    [(stream) => say(page, stream, silence(40)), "comes faster than anybody can speak"],
    [(stream) => {
      for (let index = 0; index < 4_000; index++) page.send(framesOf(stream, Int16Array.of(index), index)[0]);
    }, "pieces in"],
  ];
  for (const [index, [send, words]] of cases.entries()) {
    const stream = index + 1;
    await listen(page, stream, "open");
    send(stream);
    const error = await page.first((frame) => frame.type === "error" && frame.stream === stream, 0, words);
    assert(error.type === "error" && error.message.includes(words), JSON.stringify(error));
  }
  assertEquals(all(page, "error").length, cases.length);
  page.send({ type: "prompt", turn: "typed", text: "Can you read?" });
  (await scene.chat.model.answer(0)).say("Yes");
  assertEquals((await page.next("chunk")).data, "Yes");
});

Deno.test("a page that goes leaves nothing behind, and a detector that dies is started anew", async () => {
  const children = watchChildren();
  await using scene = await Scene.open();
  const page = await scene.page();
  await listen(page, 1, "open");
  await until("the detector runs", () => children().length === 1);
  Deno.kill(children()[0]!, "SIGKILL");
  const error = await page.next("error");
  assertEquals([error.stream, error.message.includes("SIGKILL")], [1, true], error.message);
  await listen(page, 2, "open");
  scene.understands("Again.");
  say(page, 2, joined(silence(1), HELLO, silence(4)));
  assertEquals((await finals(page, 1))[0]?.text, "Again.");
  say(page, 2, joined(silence(1), HELLO), 16_000 * 5 + HELLO.length);
  await page.close();
  scene.service[Symbol.dispose]();
  await until("no process is left", () => children().length === 0);
});
