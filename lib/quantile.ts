/**
 * The least of some values that so many of them do not exceed; undefined for none.
 *
 * @param sorted from the least to the most
 * @param share from 0 to 1, such as 0.95
 */
export function quantile(sorted: ArrayLike<number>, share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
