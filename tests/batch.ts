/**
 * Runs test files in one program: `deno test tests/batch.ts -- <files>`. Given the files themselves, Deno begins each
 * of them in a thread of its own that loads and compiles everything anew, which costs more than most tests do.
 */
for (const file of Deno.args) await import(new URL(`../${file}`, import.meta.url).href);
