/**
 * A server for a test on the port of one that has gone, where there was one: a browser has the scripts of its page from
 * there, and need not compile them anew.
 */

/** Ports of servers that have gone, the last one last. */
const left: number[] = [];

export function serve(handler: Deno.ServeHandler<Deno.NetAddr>): Deno.HttpServer<Deno.NetAddr> {
  try {
    return listen(left.pop() ?? 0, handler);
  } catch (error) {
    // Somebody else has it by now.
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return listen(0, handler);
  }
}

function listen(port: number, handler: Deno.ServeHandler<Deno.NetAddr>): Deno.HttpServer<Deno.NetAddr> {
  const server = Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, handler);
  void server.finished.then(() => left.push(server.addr.port));
  return server;
}
