import { assertEquals } from "@std/assert";
import { isBackchannel } from "./backchannels.ts";
import { isCommand } from "./commands.ts";

const KINDS: Record<"backchannel" | "command" | "neither", readonly string[]> = {
  backchannel: ["mm-hmm", "Yeah.", "oh okay", "I see", "うん、うん", "なるほど。", "嗯嗯", "好的"],
  command: [
    "Stop!",
    "no no no",
    "please stop",
    "hold on",
    "Wait, one moment please",
    "stop talking",
    "that’s enough",
    "ちょっと待って",
    "やめてください",
    "停一下",
    "等等",
  ],
  neither: [
    "",
    "…",
    "please",
    "just now",
    "yeah but why",
    "stop the car",
    "wait for me at home",
    "ちょっと",
    "我要停车",
  ],
};

for (const [kind, texts] of Object.entries(KINDS)) {
  Deno.test(`isBackchannel() and isCommand() tell what is said while she speaks: ${kind}`, async (t) => {
    for (const text of texts) {
      await t.step(`"${text}"`, () => {
        assertEquals([isBackchannel(text), isCommand(text)], [kind === "backchannel", kind === "command"]);
      });
    }
  });
}
