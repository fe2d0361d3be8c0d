/** How long ago something was, or when it will be, as a reader says it. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From the largest; each is used from its own length on. */
const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["week", 7 * DAY],
  ["day", DAY],
  ["hour", HOUR],
  ["minute", MINUTE],
];

/**
 * Such as `5 minutes ago` or `yesterday`. What is less than a minute away, or in the future because the server's clock
 * is ahead, is `now`.
 *
 * @param then in milliseconds since 1970, as is `now`
 * @param language a tag such as `ja`
 */
export function relativeTime(then: number, now: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const past = now - then;
  const [unit, ms] = UNITS.find(([, ms]) => past >= ms) ?? ["second", Infinity];
  return format.format(-Math.floor(Math.max(0, past) / ms) || 0, unit);
}

/**
 * Such as `in 5 minutes`: rather too long than too short.
 *
 * @param ahead in milliseconds
 * @param language a tag such as `ja`
 */
export function timeAhead(ahead: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language);
  const [unit, ms] = UNITS.find(([, ms]) => ahead > ms) ?? ["second", SECOND];
  return format.format(Math.ceil(ahead / ms), unit);
}
