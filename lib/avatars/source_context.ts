import type { ReadBudget } from "./read_budget.ts";

/** Where models and Cores are looked for, and how far reading them may go. */
export interface SourceContext {
  /** Folders that a relative path may start at, in order. */
  roots: readonly string[];
  /** Where downloads are kept. */
  cacheDir: string;
  /** Announces something that takes long until it is disposed of: at once, or only when it has taken a second. */
  step(text: string, atOnce: boolean): Disposable;
  /** What may still be read. Default: what one model may take. */
  budget?: ReadBudget;
  signal?: AbortSignal;
}
