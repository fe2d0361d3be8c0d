/** `nats://user:password@host:4222/name?storage=memory&replicas=3`: where the bus is, and how it keeps what it carries. */

export interface BusAddress {
  servers: string[];
  user?: string;
  pass?: string;
  token?: string;
  tls: boolean;
  /** What everything of ours on that server begins with. */
  prefix: string;
  storage: "file" | "memory";
  replicas: number;
}

const PREFIX = /^[A-Za-z0-9_-]{1,32}$/;

/** What a configuration is told of an address that {@linkcode parseBusAddress} cannot read. */
export const BUS =
  'an address such as nats://127.0.0.1:4222, several with commas: a name of our own as its path, "storage=memory" or "replicas=3" as its query';

/** @returns undefined when it is no such address */
export function parseBusAddress(text: string): BusAddress | undefined {
  const urls = text.split(",").map((part) => URL.canParse(part.trim()) ? new URL(part.trim()) : undefined);
  const [first] = urls;
  if (first === undefined || !urls.every((url) => url?.protocol === "nats:" || url?.protocol === "tls:")) {
    return undefined;
  }
  const prefix = first.pathname.replace(/^\/|\/$/g, "") || "vtuber";
  const storage = first.searchParams.get("storage") ?? "file";
  const replicas = Number(first.searchParams.get("replicas") ?? 1);
  const known = [...first.searchParams.keys()].every((name) => name === "storage" || name === "replicas");
  if (!PREFIX.test(prefix) || (storage !== "file" && storage !== "memory") || !known) return undefined;
  if (first.hostname === "" || !Number.isInteger(replicas) || replicas < 1 || replicas > 5) return undefined;
  const user = decodeURIComponent(first.username);
  const pass = decodeURIComponent(first.password);
  return {
    servers: urls.map((url) => url!.host),
    tls: first.protocol === "tls:",
    ...(user !== "" && (pass === "" ? { token: user } : { user, pass })),
    prefix,
    storage,
    replicas,
  };
}

/** Where it is, as anybody may see it: without user and password. */
export function busName({ servers }: BusAddress): string {
  return `NATS at ${servers.join(", ")}`;
}
