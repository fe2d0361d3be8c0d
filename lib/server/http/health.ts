/** Whether the server lives, and whether it can do what it is for: for those who watch over it. */

/** What a language model's server was seen to have. */
export interface Readiness {
  reachable: boolean;
  /** The configured model, and whether it is there; null while unknown. */
  model: string;
  modelPresent: boolean | null;
  /** Why it cannot be reached, or what it answered. */
  error?: { message: string };
}

/** `/healthz`: an answer at all is what is asked for. */
export function healthz(): Response {
  return new Response("ok", { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });
}

/**
 * `/readyz`: 200 when the server can be reached and has the model, conversations can be read, and the other processes
 * be reached; otherwise, and when it goes down, 503; either way JSON that says which.
 *
 * @param server what the provider is called
 */
export async function readyz(
  server: string,
  { reachable, model, modelPresent, error }: Readiness,
  { store, bus, leaving }: {
    store: { check(): Promise<void> };
    /** Absent where there is none. */
    bus?: { connected: boolean } | undefined;
    /** Whether the server goes down. */
    leaving?: boolean;
  },
): Promise<Response> {
  const problem = await store.check().then(() => undefined, (error) => String(error?.message ?? error));
  const ready = reachable && modelPresent !== false && problem === undefined && bus?.connected !== false && !leaving;
  const body = {
    ready,
    server: { name: server, reachable, ...(error !== undefined && { problem: error.message }) },
    model: { name: model, present: modelPresent },
    ...(leaving && { leaving }),
    ...(bus && { bus: { reachable: bus.connected } }),
    store: { reachable: problem === undefined, ...(problem !== undefined && { problem }) },
  };
  return Response.json(body, { status: ready ? 200 : 503, headers: { "cache-control": "no-store" } });
}
