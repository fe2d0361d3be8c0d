import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { children } from "@/tests/children.ts";
import { until } from "@/tests/until.ts";

const STARTER = fileURLToPath(new URL("./starter_fixture.ts", import.meta.url));

Deno.test({
  name: "a process that hangs is gone soon after the one that has started it was killed",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using starter = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", STARTER],
      stdout: "piped",
    }).spawn();
    const { value: told } = await starter.stdout[Symbol.asyncIterator]().next();
    assertEquals(new TextDecoder().decode(told), "prompt", "it may run no other programs");
    const left = children(starter.pid);
    assertEquals(left.length, 1);
    starter.kill("SIGKILL");
    try {
      await until("what it has started is gone", () => left.every((pid) => !isThere(pid)));
    } finally {
      for (const pid of left.filter(isThere)) Deno.kill(pid, "SIGKILL");
    }
  },
});

function isThere(pid: number): boolean {
  try {
    return !Deno.readTextFileSync(`/proc/${pid}/stat`).includes(") Z ");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
