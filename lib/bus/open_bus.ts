import type { Bus } from "./bus.ts";
import { busName, parseBusAddress } from "@/lib/config/bus_address.ts";
import { ConfigError } from "@/lib/config/config_error.ts";

/**
 * Connects to the bus that is configured.
 *
 * @throws {ConfigError} when it cannot be used; without its password
 */
export async function openBus(text: string): Promise<Bus> {
  const address = parseBusAddress(text);
  if (address === undefined) throw new ConfigError("Cannot use the bus: it has no address");
  // Loaded for those alone who want it.
  const { NatsBus } = await import("./nats_bus.ts");
  try {
    return await NatsBus.connect(address);
  } catch (error) {
    const why = error instanceof Error ? error.message : "it does not answer";
    throw new ConfigError(`Cannot use the bus, ${busName(address)}: ${why}. It must be there, and have JetStream`);
  }
}
