/** The link for guests, as the owner makes, shows and revokes it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { CallClient } from "@/web/connection/call_client.ts";
import { turnErrorOf } from "./pull_store.ts";
import type { GuestLink } from "@/lib/protocol/calls.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";

export class GuestLinkStore {
  readonly #call: CallClient["call"];
  readonly #link = signal<GuestLink | null>(null);
  readonly #error = signal<TurnError | null>(null);
  readonly #busy = signal(false);

  constructor(call: CallClient["call"]) {
    this.#call = call;
  }

  /** Null until it has been read. */
  get link(): ReadonlySignal<GuestLink | null> {
    return this.#link;
  }

  /** Why the last thing that was asked for did not work. */
  get error(): ReadonlySignal<TurnError | null> {
    return this.#error;
  }

  /** True while something is being changed. */
  get busy(): ReadonlySignal<boolean> {
    return this.#busy;
  }

  read(): Promise<void> {
    return this.#request("guestLink.read");
  }

  /** Makes a link; an earlier one opens nothing any more. */
  make(): Promise<void> {
    return this.#request("guestLink.make");
  }

  revoke(): Promise<void> {
    return this.#request("guestLink.revoke");
  }

  async #request(method: "guestLink.read" | "guestLink.make" | "guestLink.revoke"): Promise<void> {
    this.#busy.value = method !== "guestLink.read";
    try {
      this.#link.value = await this.#call(method, {});
      this.#error.value = null;
    } catch (error) {
      this.#error.value = turnErrorOf(error);
    } finally {
      this.#busy.value = false;
    }
  }
}

/** The link as others open it, one for each way to this server. `reachable`: whether another device can. */
export function linksOf(
  { path, origins }: GuestLink,
  page: { origin: string; hostname: string },
): { links: string[]; reachable: boolean } {
  const here = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(page.hostname);
  const known = here ? origins : [page.origin];
  const shown = known.length > 0 ? known : [page.origin];
  return { links: path === null ? [] : shown.map((origin) => origin + path), reachable: known.length > 0 };
}
