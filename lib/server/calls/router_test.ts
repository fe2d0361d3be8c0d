import type { CallAnswer } from "@/lib/protocol/v2.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { CallConnection, CallRouter, checked, type Handlers } from "./router.ts";
import { conversationWith } from "@/lib/chat/conversation_fixture.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { Session } from "@/lib/chat/session.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { OWNER } from "@/lib/principal.ts";
import { within } from "@/tests/until.ts";

const conversation = conversationWith();

/** A socket whose answers can be waited for. */
class CallHarness {
  readonly router = new CallRouter();
  readonly answers: CallAnswer[] = [];
  readonly connection: CallConnection;
  busy = false;
  #waiting: (() => void)[] = [];

  constructor(handlers: Handlers) {
    this.router.register(handlers);
    this.connection = new CallConnection({
      router: this.router,
      session: new Session("s", OWNER, conversation),
      isLocal: true,
      send: (answer) => {
        this.answers.push(answer);
        this.#waiting.splice(0).forEach((resolve) => resolve());
      },
      busy: () => this.busy,
    });
  }

  async ended(id: string): Promise<CallAnswer> {
    const wait = async (): Promise<CallAnswer> => {
      for (;;) {
        const found = this.answers.find((one) => one.type !== "progress" && one.id === id);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    };
    return await within(`the end of call ${id}`, wait());
  }
}

const name = z.object({ name: z.string({ error: "must be a name" }) }, { error: "must be an object" });

Deno.test("CallConnection gives the handler's result, and what it says on the way", async () => {
  const room = new CallHarness({
    "llm.pull": (params, { progress, session }) => {
      progress({ status: `${(params as { model: string }).model} for ${session.id}` });
      room.busy = true;
      progress({ status: "left out: the line is busy" });
      return Promise.resolve(null);
    },
  });
  room.connection.take({ type: "call", id: "1", method: "llm.pull", params: { model: "m" } });
  assertEquals(await room.ended("1"), { type: "result", id: "1", value: null });
  assertEquals(room.answers[0], { type: "progress", id: "1", value: { status: "m for s" } });
  assertEquals(room.answers.length, 2);
});

Deno.test("CallConnection refuses with what is wrong: the method, the field, the reason, or a fault of ours", async () => {
  const room = new CallHarness({
    ...checked("avatars.choose", name, () => null),
    "avatars.list": () => Promise.reject(new RequestError({ code: "not_found", message: "None", hint: "Add one" })),
    "llm.pull": () => Promise.reject(new LlmError("llm_failed", "It broke")),
    "llm.preflight": () => Promise.reject(new Error("secret")),
  });
  const cases: [string, unknown, string, string][] = [
    ["nope", {}, "bad_frame", "Cannot answer the call: there is no method nope"],
    ["constructor", {}, "bad_frame", "Cannot answer the call: there is no method constructor"],
    ["avatars.choose", { name: 7 }, "bad_value", "Cannot take avatars.choose: params.name: must be a name"],
    ["avatars.choose", undefined, "bad_value", "Cannot take avatars.choose: params: must be an object"],
    ["avatars.list", {}, "not_found", "None"],
    ["llm.pull", {}, "llm_failed", "It broke"],
    ["llm.preflight", {}, "internal", "Something went wrong on the server"],
  ];
  for (const [i, [method, params, code, message]] of cases.entries()) {
    room.connection.take({ type: "call", id: String(i), method, params });
    const answer = await room.ended(String(i));
    assertEquals(answer.type === "refused" && [answer.code, answer.message], [code, message]);
  }
});

Deno.test("a cancelled call is refused as cancelled and says nothing more; unknown ids are nobody's", async () => {
  const room = new CallHarness({
    "llm.pull": (_, { signal, progress }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          progress({ status: "too late" });
          reject(signal.reason);
        })
      ),
  });
  room.connection.take({ type: "call", id: "1", method: "llm.pull", params: {} });
  room.connection.take({ type: "cancel", id: "nobody" });
  room.connection.take({ type: "cancel", id: "1" });
  assertEquals(await room.ended("1"), {
    type: "refused",
    id: "1",
    code: "cancelled",
    message: "The call was cancelled",
  });
  assertEquals(room.answers.length, 1);
});

Deno.test("CallConnection.dispose() cancels everything that runs", async () => {
  const signals: AbortSignal[] = [];
  const room = new CallHarness({
    "llm.pull": (_, { signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  for (const id of ["1", "2"]) room.connection.take({ type: "call", id, method: "llm.pull", params: {} });
  room.connection.dispose();
  await Promise.all([room.ended("1"), room.ended("2")]);
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
});

Deno.test("CallConnection refuses more calls than may run at once, and an id that runs already", async () => {
  const room = new CallHarness({
    "llm.pull": (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const pull = (id: string) => room.connection.take({ type: "call", id, method: "llm.pull", params: {} });
  for (let i = 0; i < 16; i++) pull(String(i));
  assertThrows(() => pull("3"), SyntaxError, "id 3 is running already");
  pull("one more");
  const refused = await room.ended("one more");
  assertEquals(refused.type === "refused" && refused.code, "too_many");
  room.connection.take({ type: "cancel", id: "3" });
  await room.ended("3");
  pull("another");
  room.connection.dispose();
  const ended = await room.ended("another");
  assertEquals(ended.type === "refused" && ended.code, "cancelled");
});

Deno.test("CallDesk.register() takes each method once", () => {
  const router = new CallRouter();
  router.register(checked("avatars.choose", name, () => null));
  assertThrows(() => router.register(checked("avatars.choose", name, () => null)), Error, "avatars.choose twice");
});
