import { quantile } from "@/lib/quantile.ts";

/** The middle value; between the two middle ones for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** The value that `share` (0 to 1) of a sorted list does not exceed. NaN for none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return quantile(sorted, share) ?? NaN;
}
