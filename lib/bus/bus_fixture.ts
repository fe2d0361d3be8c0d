/** The busses that are held to the same cases. */
import type { Bus } from "./bus.ts";
import { type MemoryBus, MemoryHub } from "./memory_bus.ts";
import { NatsBus } from "./nats_bus.ts";
import { parseBusAddress } from "@/lib/config/bus_address.ts";
import { HAS_NATS, NatsServer } from "@/tests/nats.ts";

/** Where busses come from, and how a test takes them away. */
export interface Home extends AsyncDisposable {
  connect(): Promise<Bus>;
  /** No bus reaches the others. */
  cut(): Promise<void>;
  join(): Promise<void>;
}

function memoryHome(): Promise<Home> {
  const hub = new MemoryHub();
  const made: MemoryBus[] = [];
  const set = (connected: boolean) => Promise.resolve(made.forEach((bus) => bus.connected = connected));
  return Promise.resolve({
    connect: () => {
      const bus = hub.connect();
      made.push(bus);
      return Promise.resolve(bus);
    },
    cut: () => set(false),
    join: () => set(true),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/** @param forget whether a server that was cut off comes back without its memory */
export async function natsHome({ forget = false } = {}): Promise<Home> {
  const server = await NatsServer.start();
  const address = parseBusAddress(server.url)!;
  return {
    connect: () => NatsBus.connect(address),
    cut: () => server.stop({ forget }),
    join: () => server.start(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const HOMES: { name: string; ignore?: boolean; make(): Promise<Home> }[] = [
  { name: "memory", make: memoryHome },
  { name: "NATS", ignore: !HAS_NATS, make: () => natsHome() },
];

/** One test of what every bus does. */
export function contract(name: string, test: (home: Home) => Promise<void>): void {
  for (const { name: kind, ignore = false, make } of HOMES) {
    Deno.test(`a bus (${kind}) ${name}`, { ignore }, async () => {
      await using home = await make();
      await test(home);
    });
  }
}
