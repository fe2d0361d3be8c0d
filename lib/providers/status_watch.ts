/** Keeps the pages up to date on who would answer them. */
import { isDeepStrictEqual } from "node:util";
import type { ProviderDefinition, ProviderMonitor, ProviderStatus } from "./provider.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import type { ProviderName, Status } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How often the server is looked at while somebody is there to see it, ms: soon when it is missing, seldom when not. */
const LOOK_MS = { missing: 3_000, there: 15_000 };
/** What was seen so long ago, ms, is looked at again when somebody asks. */
const STALE_MS = 1_000;

/** Who is to answer, and who does where that one's server is not there. */
export interface Answering {
  provider: Pick<ProviderDefinition, "id" | "displayName">;
  fallback: ProviderName | "none";
}

export interface StatusWatchOptions extends Answering {
  monitor: ProviderMonitor;
  /** Who answers, one after the other, where that one's server is not there. Default: only the fallback. */
  standIns?: readonly { provider: Answering["provider"]; monitor: ProviderMonitor }[];
  /** Whether anybody would see a change. Nobody asks the server for an empty room. */
  watched(): boolean;
  /** Told of every change. */
  onChange(status: Status): void;
}

/** What a look fails with where nobody is there. Whoever answers with anything else is to be heard of. */
const ABSENT: readonly ErrorCode[] = ["llm_unreachable", "timeout"];

/** Who answers in place of the chosen one. */
interface StandIn {
  provider: Answering["provider"];
  status: ProviderStatus;
}

/** What stands at the server's address as pages are told of it: who would answer the next prompt. */
export function statusFrame(
  status: ProviderStatus,
  { provider: { id, displayName }, fallback }: Answering,
  standIn?: StandIn,
): Status {
  const { host, reachable, version, model, modelPresent } = status;
  const { provider, vision } = isThere(status)
    ? { provider: id, vision: status.vision }
    : standIn !== undefined
    ? { provider: standIn.provider.id, vision: standIn.status.vision }
    // The demo has no eyes; of nobody it does not matter.
    : { provider: fallback, vision: fallback === "none" ? undefined : false };
  return {
    provider,
    server: displayName,
    model,
    modelPresent,
    host,
    reachable,
    away: standIn?.status.away ?? status.away,
    ...(vision !== undefined && { vision }),
    ...(standIn && { standIn: { server: standIn.provider.displayName, model: standIn.status.model } }),
    ...(version !== undefined && { version }),
  };
}

function isThere({ reachable, error }: ProviderStatus): boolean {
  return reachable || error !== undefined && !ABSENT.includes(error.code);
}

export class StatusWatch {
  readonly #options: StatusWatchOptions;
  #current: Status;
  #looked = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  /** Looks at once, and then from time to time until it is disposed of. */
  constructor(options: StatusWatchOptions) {
    this.#options = options;
    this.#current = statusFrame(options.monitor.unknown, options);
    this.look();
  }

  /** What the last look told. */
  get current(): Status {
    return this.#current;
  }

  /** What the last look told; if that was a while ago, a new one is begun, and tells of what has changed. */
  recentStatus(): Status {
    if (performance.now() - this.#looked > STALE_MS) this.look();
    return this.#current;
  }

  /** Begins a look that tells of a change. */
  look(): void {
    guarded("look at the language model's server", () => this.refresh());
  }

  /** Looks now, and tells of a change. */
  async refresh(): Promise<ProviderStatus> {
    this.#looked = performance.now();
    // Before anything can fail: whatever does, it is looked again.
    this.#later(LOOK_MS.missing);
    const seen = await this.#options.monitor.refresh();
    if (this.#disposed) return seen;
    this.#later(seen.reachable ? LOOK_MS.there : LOOK_MS.missing);
    const standIn = isThere(seen) ? undefined : await this.#standIn();
    if (this.#disposed) return seen;
    const status = statusFrame(seen, this.#options, standIn);
    const changed = !isDeepStrictEqual(status, this.#current);
    this.#current = status;
    if (changed) guarded("tell how the language model's server is", () => this.#options.onChange(status));
    return seen;
  }

  /** The first that is there of those who answer in place of the chosen one. */
  async #standIn(): Promise<StandIn | undefined> {
    for (const { provider, monitor } of this.#options.standIns ?? []) {
      const status = await monitor.refresh();
      if (isThere(status)) return { provider, status };
    }
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#disposed) return;
    this.#timer = setTimeout(() => {
      this.#later(ms);
      guarded("look whether anybody watches", () => this.#options.watched() && this.look());
    }, ms);
  }
}
