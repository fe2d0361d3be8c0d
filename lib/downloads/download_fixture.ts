/** A program that brings a folder, given as JSON, to be killed while it does. */
import { download } from "./download.ts";
import type { RemoteFolder } from "./remote_folder.ts";

const wanted = JSON.parse(Deno.args[0] ?? "") as RemoteFolder;
await download(wanted, { signal: new AbortController().signal, onProgress: () => {} });
