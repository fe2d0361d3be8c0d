import type { Config } from "@/lib/config/schema.ts";
import type { Principal } from "@/lib/principal.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** Whom a socket is counted for. */
export interface SocketHolder {
  principal: Principal;
  /** A group of addresses. */
  address: string;
}

/** Counts open sockets: in all, by address, and by guest. */
export class ConnectionLimiter {
  readonly #limits: Config["limits"];
  readonly #guestSockets: () => number | undefined;
  /** By address, and by the id of a guest. */
  readonly #counts = new Map<string, number>();
  #taken = 0;
  /** How many sockets are only being told that there are too many. */
  refusing = 0;

  /** @param guestSockets how many one guest may have open. Default: any number */
  constructor(limits: Config["limits"], guestSockets: () => number | undefined = () => undefined) {
    this.#limits = limits;
    this.#guestSockets = guestSockets;
  }

  /** How many sockets are counted. */
  get taken(): number {
    return this.#taken;
  }

  /** Why a socket cannot be taken; undefined when it can. */
  refusal({ principal, address }: SocketHolder): TurnError | undefined {
    const { sockets, socketsPerAddress } = this.#limits;
    const here = this.#counts.get(address) ?? 0;
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
    const most = this.#guestSockets() ?? Infinity;
    if (principal.role === "owner" || (this.#counts.get(principal.id) ?? 0) < most) return undefined;
    return {
      code: "too_many",
      message: `Cannot take another connection of this guest: it has ${most} already`,
      hint: "Close another page",
    };
  }

  /** Counts a socket in. */
  take(holder: SocketHolder): void {
    this.#taken++;
    for (const key of keysOf(holder)) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Counts a socket out. */
  leave(holder: SocketHolder): void {
    this.#taken--;
    for (const key of keysOf(holder)) {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    }
  }
}

function keysOf({ principal, address }: SocketHolder): string[] {
  return principal.role === "owner" ? [address] : [address, principal.id];
}
