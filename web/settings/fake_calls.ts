import type { CallOptions } from "@/web/connection/call_client.ts";
import type { Method } from "@/lib/protocol/calls.ts";

interface Asked {
  method: string;
  params: unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  progress(value: unknown): void;
}

/** Calls that wait for the test to answer them. */
export class FakeCalls {
  readonly asked: Asked[] = [];

  call = <M extends Method>(method: M, params: unknown, options: CallOptions<M> = {}): Promise<never> => {
    const { promise, resolve, reject } = Promise.withResolvers<never>();
    options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
    const progress = (value: unknown) => options.onProgress?.(value as never);
    this.asked.push({ method, params, resolve: resolve as (value: unknown) => void, reject, progress });
    return promise;
  };

  get last(): Asked {
    return this.asked.at(-1)!;
  }
}
