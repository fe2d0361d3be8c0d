/** What keeps a server from starting, in words that say what to do. */
import { ConfigError } from "@/lib/config/config_error.ts";

/** Below it, ports are an administrator's on most systems. */
const FIRST_FREE_PORT = 1024;
/** What Windows says of a port that it keeps for itself (WSAEACCES). */
const RESERVED = "os error 10013";

/**
 * What a person can do about an error at a start; undefined for those that are ours.
 *
 * @param port that was to be listened at; undefined where the configuration could not be read
 */
export function explainStartError(error: unknown, port?: number): string | undefined {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Deno.errors.AddrInUse) {
    const taken = port === undefined ? "the port" : `port ${port}`;
    return `Cannot listen: ${taken} is taken by another program, or by this one started before. ` +
      `Choose another port, such as PORT=${portBeside(port)}`;
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "Cannot listen: server.host is no address of this machine. Use 127.0.0.1, or 0.0.0.0 for every network";
  }
  if (!(error instanceof Deno.errors.PermissionDenied)) return undefined;
  if (error.message.includes(RESERVED)) {
    return `Cannot listen: Windows keeps port ${port ?? ""} for itself, or another program has it alone. ` +
      `Choose another one, such as PORT=${portBeside(port)}; ` +
      "netsh interface ipv4 show excludedportrange protocol=tcp lists those that are kept";
  }
  if (port !== undefined && port > 0 && port < FIRST_FREE_PORT && error.message.includes("os error 13")) {
    return `Cannot listen: port ${port} needs an administrator. Choose one from ${FIRST_FREE_PORT} on, such as PORT=8000`;
  }
  return `Cannot listen or read: ${error.message}`;
}

/** Far enough away, for Windows keeps a hundred ports in a row. */
function portBeside(port = 8000): number {
  return port === 8000 ? 8765 : 8000;
}
