/** This machine, as NO_PROXY names it. */
const LOOPBACK = ["localhost", "127.0.0.0/8", "::1"];

/**
 * Keeps requests to this machine away from the proxy that HTTP_PROXY names. Deno's fetch sends it everything that
 * NO_PROXY does not except; Ollama's own client, like most, leaves loopback out by itself, so people who work behind
 * a proxy expect Ollama to be found. Call it before the first fetch: the environment is read once.
 */
export function exceptLoopbackFromProxy(env: Pick<Deno.Env, "get" | "set"> = Deno.env): void {
  const excepted = env.get("NO_PROXY") ?? env.get("no_proxy") ?? "";
  const all = [...excepted.split(",").map((host) => host.trim()).filter((host) => host !== ""), ...LOOPBACK].join(",");
  env.set("NO_PROXY", all);
  env.set("no_proxy", all);
}
