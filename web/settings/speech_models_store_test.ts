import { assertEquals } from "@std/assert";
import { CallError } from "@/web/connection/call_client.ts";
import type { SpeechModelInfo, SpeechModelList } from "@/lib/protocol/speech_models.ts";
import { FakeCalls } from "./fake_calls.ts";
import { languagesOf, modelsFor, SpeechModelsStore } from "./speech_models_store.ts";
import { until } from "@/tests/until.ts";

function voice(id: string, languages: string[], state: SpeechModelInfo["state"] = "absent"): SpeechModelInfo {
  return { id, name: id, languages, speakers: 1, bytes: 1_000, licenses: [], source: "", state };
}

function listOf(...voices: SpeechModelInfo[]): SpeechModelList {
  const runtime = { name: "sherpa-onnx", version: "1", bytes: 1, there: true, licenses: [], source: "" };
  return { models: voices, own: [], host: "host", folder: "/voices", runtime };
}

function open(): { store: SpeechModelsStore; calls: FakeCalls; changes: () => number } {
  const calls = new FakeCalls();
  let changes = 0;
  const store = new SpeechModelsStore({ kind: "voice", call: calls.call, now: () => 0, onChange: () => changes++ });
  return { store, calls, changes: () => changes };
}

/** Answers the list, once it is asked for. */
async function answerList(calls: FakeCalls, list: SpeechModelList): Promise<void> {
  await until("the list is asked for", () => calls.last?.method === "speechModels.list");
  calls.last.resolve(list);
}

Deno.test("a voice is asked for once, told how far it is, and listed anew when it has come", async () => {
  const { store, calls, changes } = open();
  const fetched = store.fetch("a");
  assertEquals(store.downloads.value.get("a"), { rate: null, secondsLeft: null });
  await store.fetch("a");
  assertEquals(calls.asked.length, 1);
  const progress = { step: "fetching", completed: 500, total: 1_000 } as const;
  calls.last.progress(progress);
  assertEquals(store.downloads.value.get("a"), { progress, rate: null, secondsLeft: null });
  calls.last.resolve(null);
  await answerList(calls, listOf(voice("a", ["en"], "there")));
  await fetched;
  assertEquals([store.downloads.value.size, store.list.value?.models[0]?.state, changes()], [0, "there", 1]);
});

Deno.test("what is being fetched already is watched, until the page looks away", async () => {
  const { store, calls } = open();
  const read = store.read();
  await answerList(calls, listOf(voice("a", ["en"], "running"), voice("b", ["en"])));
  await read;
  assertEquals(calls.last.params, { id: "a" });
  store.dispose();
  assertEquals([store.downloads.value.size, calls.asked.length], [0, 2]);
});

Deno.test("a failure is the list's to tell, but for a line that broke", async () => {
  for (const [code, told] of [["download_failed", undefined], ["offline", "offline"]] as const) {
    const { store, calls, changes } = open();
    const fetched = store.fetch("a");
    calls.last.reject(new CallError({ code, message: "No" }));
    await answerList(calls, listOf(voice("a", ["en"])));
    await fetched;
    assertEquals([store.error.value?.code, store.downloads.value.size, changes()], [told, 0, 0]);
  }
});

Deno.test("languages stand once, the page's own first; of a language those voices that speak it, the best first", () => {
  const voices = [voice("a", ["zh", "en"]), voice("b", ["en-GB"]), voice("c", ["de"], "there"), voice("d", ["fr"])];
  assertEquals(languagesOf(voices, "en"), ["en", "zh", "de", "fr"]);
  assertEquals(modelsFor(voices, "en").map(({ id }) => id), ["b", "a", "c"]);
});
