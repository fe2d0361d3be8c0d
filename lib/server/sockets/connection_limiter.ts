import type { Processes, Shares } from "@/lib/bus/processes.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { Principal } from "@/lib/principal.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** How the sockets are named among what each process has taken: all of them, and before an address or a guest's id. */
const ALL = "sockets";
/** Few are not told of to other processes: so many processes may have them before a limit is passed by it. */
const PROCESSES = 16;

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
  readonly #processes: Processes | undefined;
  #closed = false;
  #taken = 0;
  /** How many sockets are only being told that there are too many. */
  refusing = 0;

  /**
   * @param guestSockets how many one guest may have open. Default: any number
   * @param processes those that count together. Default: this one alone
   */
  constructor(
    limits: Config["limits"],
    guestSockets: () => number | undefined = () => undefined,
    processes?: Processes,
  ) {
    this.#limits = limits;
    this.#guestSockets = guestSockets;
    this.#processes = processes;
    processes?.share(() => this.#shares());
  }

  /** Takes no socket any more: the server goes down, and another one may take it. */
  close(): void {
    this.#closed = true;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** How many sockets are counted. */
  get taken(): number {
    return this.#taken;
  }

  /** Why a socket cannot be taken; undefined when it can. */
  refusal({ principal, address }: SocketHolder): TurnError | undefined {
    const { sockets, socketsPerAddress } = this.#limits;
    const here = this.#countOf(address);
    if (this.#taken + this.#elsewhere(ALL) >= sockets) {
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
    if (principal.role === "owner" || this.#countOf(principal.id) < most) return undefined;
    return {
      code: "too_many",
      message: `Cannot take another connection of this guest: it has ${most} already`,
      hint: "Close another page",
    };
  }

  /** Counts a socket in. */
  take(holder: SocketHolder): void {
    this.#taken++;
    this.#processes?.changed();
    for (const key of keysOf(holder)) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Counts a socket out. */
  leave(holder: SocketHolder): void {
    this.#taken--;
    this.#processes?.changed();
    for (const key of keysOf(holder)) {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    }
  }

  /** In all processes. */
  #countOf(key: string): number {
    return (this.#counts.get(key) ?? 0) + this.#elsewhere(`${ALL} ${key}`);
  }

  #elsewhere(name: string): number {
    return this.#processes?.taken(name) ?? 0;
  }

  #shares(): Shares {
    const least = Math.min(this.#limits.socketsPerAddress, this.#guestSockets() ?? Infinity) / PROCESSES;
    const many = [...this.#counts].filter(([, count]) => count >= least);
    return { [ALL]: this.#taken, ...Object.fromEntries(many.map(([key, count]) => [`${ALL} ${key}`, count])) };
  }
}

function keysOf({ principal, address }: SocketHolder): string[] {
  return principal.role === "owner" ? [address] : [address, principal.id];
}
