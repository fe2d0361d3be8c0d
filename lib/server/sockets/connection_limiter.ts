import type { Config } from "@/lib/config/schema.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** Counts open sockets, in all and by address. */
export class ConnectionLimiter {
  readonly #limits: Config["limits"];
  readonly #byAddress = new Map<string, number>();
  #taken = 0;
  /** How many sockets are only being told that there are too many. */
  refusing = 0;

  constructor(limits: Config["limits"]) {
    this.#limits = limits;
  }

  /** How many sockets are counted. */
  get taken(): number {
    return this.#taken;
  }

  /** Why a socket from `address` cannot be taken; undefined when it can. */
  refusal(address: string): TurnError | undefined {
    const { sockets, socketsPerAddress } = this.#limits;
    const here = this.#byAddress.get(address) ?? 0;
    if (this.#taken >= sockets) {
      return {
        code: "too_many",
        message: `Cannot take another connection: all ${sockets} are in use`,
        hint: "Try again later, or raise limits.sockets",
      };
    }
    if (here >= socketsPerAddress) {
      return {
        code: "too_many",
        message: `Cannot take another connection from this address: it has ${here} already`,
        hint: "Close another page, or raise limits.socketsPerAddress",
      };
    }
    return undefined;
  }

  /** Counts a socket in. */
  take(address: string): void {
    this.#taken++;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
  }

  /** Counts a socket out. */
  leave(address: string): void {
    this.#taken--;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}
