/** `deno task compile`: one binary with the page, the islands, Cubism Core and the default model inside. */
import { buildIfChanged } from "./build.ts";
import { sync } from "./sync.ts";

await sync();
await buildIfChanged(Deno.cwd());
const named = Deno.args.some((argument) => /^(-o|--output)(=|$)/.test(argument));
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "compile",
    "-A",
    "--no-check",
    "--include=_fresh",
    "--include=static",
    ...(named ? [] : ["--output=dist/vtuber"]),
    ...Deno.args,
    "serve.ts",
  ],
}).spawn().status;
Deno.exit(code);
