/**
 * How well the mouth keeps to the voice. The truth is the phones of flite with their times, at the place in the
 * loudspeaker's time where their sound is.
 *
 *     deno task bench:mouth
 *     deno task bench:mouth --browser [--model hiyori] [--minutes 2.5] [--fps 60]
 *
 * Without a flag, ten minutes go by on a clock of the bench's own, for every kind of model. With one, the built page
 * speaks in a real browser, by the clock of its real AudioContext. Models: hiyori, shizuku, mao, ungrouped, vbridger.
 */
import { parseArgs } from "node:util";
import { BROWSER_AVATARS } from "./mouth_avatars.ts";
import { watchInBrowser } from "./mouth_browser.ts";
import { costOfVowels, sentencesOf, watch, watchAll } from "./mouth_simulated.ts";
import { mouthTable } from "./mouth_table.ts";
import { print } from "@/lib/telemetry/log.ts";
import { MOUTH_MODELS } from "@/web/live2d/mouth_models_fixture.ts";

const LONG_SECONDS = 595;

async function simulated(): Promise<boolean> {
  const sentences = await sentencesOf("slt");
  const byPhones = watchAll(MOUTH_MODELS);
  const { table, ok } = mouthTable(byPhones, await watch(sentences, LONG_SECONDS, true, byPhones), true);
  print(`By the engine's phones, ${LONG_SECONDS} s:\n\n${table}\n`);
  for (const voice of ["slt", "rms"]) {
    const bySound = watchAll(MOUTH_MODELS.slice(0, 2));
    const heard = await sentencesOf(voice);
    const all = heard.reduce((sum, { ms }) => sum + ms, 0) / 1000;
    const { table } = mouthTable(bySound, await watch(heard, all, false, bySound), false);
    print(`By the sound alone, voice ${voice}, ${Math.round(all)} s:\n\n${table}\n`);
  }
  const cost = await costOfVowels(sentences);
  print(`The vowels of a second of sound are found in ${cost.toFixed(1)} ms.`);
  return ok;
}

async function inBrowser(name: string, minutes: number, maxFps: number): Promise<boolean> {
  const avatar = BROWSER_AVATARS[name];
  if (avatar === undefined) throw new Error(`Cannot watch ${name}: it is one of ${Object.keys(BROWSER_AVATARS)}`);
  const { frames, track, fps, slip } = await watchInBrowser(avatar, minutes, maxFps);
  const { table, ok } = mouthTable([{ model: avatar.mouth, fps, frames }], track, minutes >= 2);
  print(`In the browser, by the engine's phones, ${minutes} min:\n\n${table}\n`);
  print(`Meanwhile the loudspeaker's clock went ${slip.toFixed(1)} ms away from the computer's.`);
  return ok;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      browser: { type: "boolean", default: false },
      model: { type: "string", default: "hiyori" },
      minutes: { type: "string", default: "2.5" },
      fps: { type: "string", default: "60" },
    },
  });
  const { browser, model, minutes, fps } = values;
  const ok = browser ? await inBrowser(model, Number(minutes), Number(fps)) : await simulated();
  print(ok ? "By phones, all is as wanted." : "By phones, not all is as wanted.");
  if (!ok) Deno.exitCode = 1;
}
