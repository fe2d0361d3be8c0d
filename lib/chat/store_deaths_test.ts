/** What becomes of an answer when the thread of the store dies. */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { registryOf } from "./conversation_fixture.ts";
import { FakeModel } from "./fake_model.ts";
import { OWNER } from "@/lib/principal.ts";
import { StoreError } from "@/lib/store/store_error.ts";
import { StoreThread } from "@/lib/store/store_thread.ts";
import { until, within } from "@/tests/until.ts";

/** Ends where it shall count starts. */
const MORTAL = new URL("../store/mortal_worker_fixture.ts", import.meta.url);

Deno.test("an answer in whose middle the store's thread dies is stored whole, and pages are told", async () => {
  const folder = await Deno.makeTempDir();
  const store = await StoreThread.open(join(folder, "c.db"), MORTAL);
  const model = new FakeModel();
  const told: (string | undefined)[] = [];
  const registry = registryOf(store, {
    conversation: {
      languageModel: model,
      queue: 1,
      request: () => ({ model: "m", messages: [] }),
      watch: () => () => {},
    },
    onStoring: (failure) => told.push(failure?.message),
  });
  const end = async () => {
    const ended = assertRejects(() => store.nextEpoch(), StoreError, "Ended by a test");
    // What stands there now is on its way when it dies.
    await Promise.all([ended, registry.save()]);
  };
  const conversation = registry.create(OWNER);
  const stored = async () => (await store.read(conversation.id))?.turns[0]?.text;
  conversation.prompt("t", "hi");
  const answer = await model.answer(0);
  answer.say("One, ");
  await until("its beginning is stored", async () => await stored() === "One, ");
  answer.say("two, ");
  await until("it has gone on", () => conversation.find("t")?.text === "One, two, ");
  await end();
  answer.say("three, ");
  await until("what was said so far is stored", async () => await stored() === "One, two, three, ");
  assertEquals(told, [
    "Cannot go on with the conversations: their thread has ended: Uncaught Error: Ended by a test",
    undefined,
  ]);
  answer.say("four.");
  answer.end();
  await conversation.settled();
  await end();
  // Neither its thread nor the next try is there yet.
  await within("it is closed", registry.close());
  const again = await StoreThread.open(join(folder, "c.db"));
  const { text, state } = (await again.read(conversation.id))!.turns[0]!;
  assertEquals([text, state], ["One, two, three, four.", "done"]);
  await again.close();
  await Deno.remove(folder, { recursive: true });
});
