/** What becomes of a store whose thread dies. */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { StoreError } from "./store_error.ts";
import { StoreThread } from "./store_thread.ts";
import type { StoredTurn } from "./store.ts";
import { within } from "@/tests/until.ts";

const MORTAL = new URL("./mortal_worker_fixture.ts", import.meta.url);
const TURN: StoredTurn = { turn: "t", prompt: "tea?", text: "Gladly", thinking: "", state: "done", reason: "stop" };

/** A store whose thread ends where it shall count starts. */
async function opened() {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "below", "c.db");
  await Deno.mkdir(join(folder, "below"));
  const store = await StoreThread.open(file, MORTAL);
  return {
    store,
    folder,
    /** Ends the thread, which is asked for other things behind that. */
    end: () => assertRejects(() => store.nextEpoch(), StoreError, "their thread has ended: Uncaught Error: Ended"),
    async [Symbol.asyncDispose]() {
      await within("the store is closed", store.close());
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("a thread that dies is replaced; what it was to read is read, what it was to write is refused", async () => {
  await using scene = await opened();
  const { store } = scene;
  await store.save(new Map([["c", [TURN]]]));
  for (let death = 0; death < 3; death++) {
    const ended = scene.end();
    const refused = assertRejects(() => store.rename("c", "Refused"), StoreError, "their thread has ended");
    const read = store.read("c");
    await Promise.all([ended, refused]);
    const growing = { ...TURN, turn: "u" };
    const saved = store.save(new Map([[`d${death}`, [growing]]]));
    growing.text += " more";
    assertEquals((await read)?.title, "tea?");
    await saved;
    assertEquals((await store.read(`d${death}`))?.turns[0]?.text, "Gladly", "as it stood when it was asked for");
  }
});

Deno.test("what ends every thread is asked of two, and all else goes on", async () => {
  await using scene = await opened();
  const { store } = scene;
  await assertRejects(() => store.check(), StoreError, "their thread has ended");
  await store.save(new Map([["c", [TURN]]]));
  assertEquals((await store.list(10)).map(({ id }) => id), ["c"]);
});

Deno.test("a file that cannot be opened anew is told of, and opened once it is there again", async () => {
  await using scene = await opened();
  const { store, folder } = scene;
  await store.save(new Map([["c", [TURN]]]));
  const ended = scene.end();
  await Deno.rename(join(folder, "below"), join(folder, "away"));
  await ended;
  await assertRejects(() => store.list(10), StoreError, `Cannot open the conversations in ${folder}`);
  await Deno.rename(join(folder, "away"), join(folder, "below"));
  assertEquals((await store.list(10)).map(({ id }) => id), ["c"]);
});

Deno.test("a store is closed without its thread, or while that dies", async () => {
  for (const isDead of [true, false]) {
    await using scene = await opened();
    const ended = scene.end();
    if (isDead) await ended;
    await within("it is closed", scene.store.close());
    await ended;
    await assertRejects(() => scene.store.list(10), StoreError, "closed");
  }
});
