import { assertEquals, assertRejects } from "@std/assert";
import { refreshAppConfig } from "./refresh_app_config.ts";
import { appConfig } from "@/web/presence/presence.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

const FIRST: AppConfig = {
  model: "hiyori",
  entry: "/model/Hiyori.model3.json",
  timeScale: 1,
  llm: { backendWsUrl: "ws://127.0.0.1:8000/ws" },
};

/** Runs `work` with a server that answers `body`. */
async function answering(body: string, work: () => Promise<void>): Promise<void> {
  const { fetch } = globalThis;
  appConfig.value = null;
  globalThis.fetch = () => Promise.resolve(new Response(body));
  try {
    await work();
  } finally {
    globalThis.fetch = fetch;
  }
}

Deno.test("refreshAppConfig() tells of another avatar, and of nothing where nothing has changed", async () => {
  await answering(JSON.stringify(FIRST), async () => {
    await refreshAppConfig(FIRST);
    assertEquals(appConfig.value, null);
  });
  const next = { ...FIRST, model: "mao", entry: "/model/mao_pro.model3.json" };
  await answering(JSON.stringify(next), async () => {
    await refreshAppConfig(FIRST);
    assertEquals(appConfig.value, next);
    const told = appConfig.value;
    await refreshAppConfig(FIRST);
    assertEquals(appConfig.value === told, true, "the same avatar is not put on the stage again");
  });
});

Deno.test("refreshAppConfig() refuses what is no configuration", async () => {
  await answering("<html>", () => assertRejects(() => refreshAppConfig(FIRST), SyntaxError).then(() => {}));
});
