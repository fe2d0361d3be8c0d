/** A program that brings a folder, given as JSON, to be killed while it does. */
import { Downloads } from "./downloads.ts";
import type { RemoteFolder } from "./remote_folder.ts";

const wanted = JSON.parse(Deno.args[0] ?? "") as RemoteFolder;
await new Downloads().fetch(wanted, { signal: new AbortController().signal, onProgress: () => {} });
