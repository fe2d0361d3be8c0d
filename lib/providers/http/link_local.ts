/** Keeps questions away from addresses that only this machine's own link knows, unless the file allows them. */
import { lookup } from "node:dns/promises";
import { LlmError } from "@/lib/providers/provider.ts";
import { isAddress, isLinkLocal, isLoopback } from "@/lib/config/addresses.ts";

/** Every address of a name, as this machine's own resolver gives them. */
export type Lookup = (name: string) => Promise<string[]>;

/**
 * Looks at where a question would go: at the address, or at all that the name leads to now.
 *
 * @throws {LlmError} when one of them is link-local, or tells a cloud's secrets
 */
export async function refuseLinkLocal(hostname: string, addressesOf: Lookup = lookedUp): Promise<void> {
  if (isLoopback(hostname)) return;
  const leads = isAddress(hostname) ? [hostname] : [hostname, ...await addressesOf(hostname)];
  const found = leads.find(isLinkLocal);
  if (found === undefined) return;
  const where = found === hostname ? hostname : `${hostname} (${found})`;
  throw new LlmError("llm_wrong_address", `${where} is a link-local or metadata address: it is not asked`, {
    hint: "Correct `llm.host`; if it really is right, set `llm.allowLinkLocal` to true in the configuration's file",
  });
}

async function lookedUp(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return []; // Nobody knows the name here; a proxy may, and otherwise the question itself says so.
  }
}
