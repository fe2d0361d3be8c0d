import { isFew, type Processes, type Shares } from "@/lib/bus/processes.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { Principal } from "@/lib/principal.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

/** How the sockets are named among what each process has taken: all of them, and before an address or a guest's id. */
const ALL = "sockets";

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
    this.#count(holder, 1);
  }

  /** Counts a socket out. */
  leave(holder: SocketHolder): void {
    this.#count(holder, -1);
  }

  #count(holder: SocketHolder, change: 1 | -1): void {
    this.#taken += change;
    this.#processes?.changed(this.#taken - change, this.#taken, this.#limits.sockets);
    for (const key of keysOf(holder)) {
      const before = this.#counts.get(key) ?? 0;
      const after = before + change;
      if (after === 0) this.#counts.delete(key);
      else this.#counts.set(key, after);
      this.#processes?.changed(before, after, this.#mostOfOne);
    }
  }

  /** How many sockets an address, or a guest, may have at most, whichever is less. */
  get #mostOfOne(): number {
    return Math.min(this.#limits.socketsPerAddress, this.#guestSockets() ?? Infinity);
  }

  /** In all processes. */
  #countOf(key: string): number {
    return (this.#counts.get(key) ?? 0) + this.#elsewhere(`${ALL} ${key}`);
  }

  #elsewhere(name: string): number {
    return this.#processes?.taken(name) ?? 0;
  }

  #shares(): Shares {
    const most = this.#mostOfOne;
    const many = [...this.#counts].filter(([, count]) => !isFew(count, most));
    return { [ALL]: this.#taken, ...Object.fromEntries(many.map(([key, count]) => [`${ALL} ${key}`, count])) };
  }
}

function keysOf({ principal, address }: SocketHolder): string[] {
  return principal.role === "owner" ? [address] : [address, principal.id];
}
