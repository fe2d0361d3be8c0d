/** Amounts as a reader of some language writes them. */

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/**
 * Bytes in the unit that suits them, such as `4.7 GB`. Units of a thousand, as Ollama tells sizes.
 *
 * @param language a tag such as `ja`
 * @param perSecond as a speed, such as `12 MB/s`
 */
export function bytesText(bytes: number, language: string, perSecond = false): string {
  const step = bytes < 1000 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const size = SIZES[step]!;
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: perSecond ? `${size}-per-second` : size,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** A time to wait in the unit that suits it, such as `3 min`. */
export function waitText(seconds: number, language: string): string {
  const [value, unit] = seconds < 60
    ? [Math.max(1, Math.round(seconds)), "second"]
    : seconds < 3600
    ? [Math.round(seconds / 60), "minute"]
    : [Math.round(seconds / 360) / 10, "hour"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
}
