/** Follows turns from the prompt to the last frame: for the log, the metrics and OpenTelemetry. */
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { report } from "./guard.ts";
import { log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { TurnSink, Usage } from "@/lib/chat/turn.ts";

const tracer = trace.getTracer("vtuber");

/** Wraps a sink so that its turn is timed, counted and traced. No text is kept. What fails of that costs no word. */
export function watchTurn(sink: TurnSink, metrics: Metrics, protocol: "plain" | "v2"): TurnSink {
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
  return {
    start(provider, model) {
      sink.start(provider, model);
      attempt(() => watcher?.start(provider, model));
    },
    text(data) {
      attempt(() => watcher?.text(data));
      sink.text(data);
    },
    thinking(data) {
      attempt(() => watcher?.thinking(data));
      sink.thinking(data);
    },
    end(reason, usage) {
      sink.end(reason, usage);
      attempt(() => watcher?.end(reason, usage));
    },
    fail(error) {
      sink.fail(error);
      attempt(() => watcher?.fail(error));
    },
  };
}

function turnWatcher(metrics: Metrics, protocol: "plain" | "v2"): TurnSink {
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

  return {
    start(name, model) {
      provider = name;
      span.setAttributes({ "vtuber.provider": name, "vtuber.model": model });
    },
    text: piece,
    thinking: piece,
    end: over,
    fail(error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.code });
      over(error.code);
    },
  };
}
