/** The addresses a person can open once the server listens. */
import { bracketed, isLoopback } from "./hosts.ts";
import { databaseName, isPostgres } from "@/lib/config/store_address.ts";

export interface StartMessageOptions {
  /** What the server listens on. */
  host: string;
  port: number;
  /** Below which the page is, such as `/chat`; empty for none. */
  basePath?: string;
  /** Put into the links, so that they let their reader in. */
  token?: string | undefined;
  /** Whether a token is asked for. */
  locked: boolean;
  /** This machine's addresses, for a server that listens on all of them. */
  interfaces?: readonly Pick<Deno.NetworkInterfaceInfo, "name" | "family" | "address">[];
}

/** What is said when the server listens: where it is, from here and from other devices, and how to get in. */
export function startMessage(
  { host, port, basePath = "", token, locked, interfaces }: StartMessageOptions,
): string {
  const query = token === undefined ? "" : `?token=${token}`;
  const path = basePath === "" && query === "" ? "" : `${basePath}/${query}`;
  const link = (name: string) => `http://${name}:${port}${path}`;
  const everywhere = isEverywhere(host);
  const here = everywhere || ["127.0.0.1", "::1", "[::1]"].includes(host) ? "localhost" : bracketed(host);
  const lines = [`Your character is waiting at ${link(here)}`];
  if (everywhere) {
    for (const { address } of (interfaces ?? Deno.networkInterfaces()).filter(isReachable)) {
      lines.push(`From other devices: ${link(address)}`);
    }
  }
  if (token !== undefined) {
    lines.push(
      "Whoever has the link is the owner. It is a new one at every start: see server.token. Guests get theirs in the settings",
    );
  } else if (locked) lines.push("It asks for the token that is set as server.token");
  return lines.join("\n");
}

/** What is said of where everything is kept. @param store as the configuration has it */
export function keptMessage(store: string, dataDir: string): string {
  return isPostgres(store)
    ? `Conversations are kept in ${databaseName(store)}, uploads in ${dataDir}`
    : `Conversations and uploads are kept in ${dataDir}`;
}

/** Where devices beyond this machine find the server, as origins of a page; empty where none can reach it. */
export function reachableOrigins({ host, port }: { host: string; port: number }): string[] {
  if (isLoopback(host)) return [];
  if (!isEverywhere(host)) return [`http://${bracketed(host)}:${port}`];
  return Deno.networkInterfaces().filter(isReachable).map(({ address }) => `http://${address}:${port}`);
}

function isEverywhere(host: string): boolean {
  return ["0.0.0.0", "::", "[::]"].includes(host);
}

/** Addresses of the home network, not of containers or virtual machines on this machine. */
function isReachable(
  { name, family, address }: Pick<Deno.NetworkInterfaceInfo, "name" | "family" | "address">,
): boolean {
  return family === "IPv4" && !isLoopback(address) && !address.startsWith("169.254.") &&
    !/^(docker|br-|veth|virbr|vboxnet|vmnet|vEthernet)/.test(name);
}
