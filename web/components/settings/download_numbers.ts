import { bytesText, waitText } from "@/lib/i18n/format.ts";
import type { Words } from "@/lib/i18n/types/page.ts";

export interface DownloadAmount {
  /** Bytes, as the three that follow; the last two a second, and seconds, `null` while nobody can tell. */
  completed: number;
  total: number;
  rate: number | null;
  secondsLeft: number | null;
}

/** How much of a download is here, how fast it comes and how long that takes. */
export function downloadNumbers(
  { completed, total, rate, secondsLeft }: DownloadAmount,
  { setup }: Words,
  language: string,
) {
  return [
    setup.pull.progress(bytesText(completed, language), bytesText(total, language)),
    ...(rate !== null ? [bytesText(rate, language, true)] : []),
    ...(secondsLeft !== null ? [setup.pull.left(waitText(secondsLeft, language))] : []),
  ].join(" · ");
}
