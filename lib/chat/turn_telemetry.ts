/** Follows turns from the prompt to the last frame: for the log, the metrics and OpenTelemetry. */
import { SpanStatusCode, trace } from "@opentelemetry/api";
import type { Emit, TurnEvent, Usage } from "@/lib/stages/events.ts";
import { report } from "@/lib/telemetry/guard.ts";
import { log } from "@/lib/telemetry/log.ts";
import type { Metrics } from "@/lib/telemetry/metrics.ts";

const tracer = trace.getTracer("vtuber");

/** Makes what times, counts and traces one turn by its events. No text is kept; it never throws. */
export function watchTurn(metrics: Metrics, protocol: "plain" | "v2"): Emit {
  let complained = false;
  function attempt<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      // Once is enough: what fails for one piece fails for a thousand.
      if (!complained) report("watch a turn", error);
      complained = true;
    }
  }

  const watcher = attempt(() => turnWatcher(metrics, protocol));
  return (event) => attempt(() => watcher?.(event));
}

function turnWatcher(metrics: Metrics, protocol: "plain" | "v2"): Emit {
  const began = performance.now();
  const span = tracer.startSpan("turn", { attributes: { "vtuber.protocol": protocol } });
  metrics.turnBegan();
  let first: number | undefined;
  let pieces = 0;
  let provider = "none";

  function piece(): void {
    pieces++;
    if (first !== undefined) return;
    first = performance.now();
    span.addEvent("first token");
  }

  function over(outcome: string, { promptTokens, outputTokens }: Usage = {}): void {
    const now = performance.now();
    const firstSeconds = first === undefined ? undefined : (first - began) / 1_000;
    metrics.turnEnded({ provider, outcome, firstSeconds, streamSeconds: (now - (first ?? now)) / 1_000, pieces });
    span.setAttributes({ "vtuber.outcome": outcome, "vtuber.pieces": pieces });
    span.end();
    const seconds = (now - began) / 1_000;
    log("info", "turn ended", {
      protocol,
      provider,
      outcome,
      pieces,
      promptTokens,
      outputTokens,
      firstSeconds,
      seconds,
    });
  }

  return (event: TurnEvent) => {
    switch (event.type) {
      case "start":
        provider = event.provider;
        span.setAttributes({ "vtuber.provider": provider, "vtuber.model": event.model });
        return;
      case "text":
      case "thinking":
        return piece();
      case "end":
        return over(event.reason, event.usage);
      case "error":
        span.setStatus({ code: SpanStatusCode.ERROR, message: event.error.code });
        return over(event.error.code);
    }
  };
}
