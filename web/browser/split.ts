/**
 * How the page is split between the stage and the conversation: beside each other by width, on a phone by height. What
 * the reader has chosen is the stage's share, in per cent of the page, and is kept in a cookie for each of the two.
 */
import { parseCookie } from "cookie";
import { setCookie } from "./cookies.ts";

/** By which size of the page the two share it. */
export type Axis = "width" | "height";

/** A share of the stage, with the least and the most that there is room for; per cent of the page. */
export interface Split {
  least: number;
  share: number;
  most: number;
}

/** One press of an arrow key, per cent of the page. */
const STEP = 2;

/** The rule by which a page is rendered as its reader has split it before; empty where that was never done. */
export function splitStyle(headers: Headers): string {
  const cookies = parseCookie(headers.get("cookie") ?? "");
  const chosen = (["width", "height"] as const).flatMap((axis) => {
    const share = Number(cookies[nameOf(axis)] || NaN);
    return share >= 0 && share <= 100 ? [`--${nameOf(axis)}:${lengthOf(axis, share)}`] : [];
  });
  return chosen.length === 0 ? "" : `:root{${chosen.join(";")}}`;
}

/** Splits this page; null as if nothing had been chosen. The sheet keeps the limits, whatever the window becomes. */
export function applySplit(axis: Axis, share: number | null): void {
  // The rule that the page came with would go on to hold.
  const value = share === null ? "initial" : lengthOf(axis, share);
  document.documentElement.style.setProperty(`--${nameOf(axis)}`, value);
}

/** Keeps a choice for the next pages; null forgets it. */
export function rememberSplit(axis: Axis, share: number | null): void {
  setCookie(nameOf(axis), share === null ? null : share.toFixed(1));
}

/** How this page is split now. */
export function splitOf(axis: Axis, page: Element, stage: Element): Split {
  const root = getComputedStyle(document.documentElement);
  const rem = parseFloat(root.fontSize);
  const leastOf = (part: "stage" | "chat") => parseFloat(root.getPropertyValue(`--${part}-least-${axis}`)) * rem;
  const whole = axis === "width" ? page.clientWidth : page.clientHeight;
  const size = axis === "width" ? stage.clientWidth : stage.clientHeight;
  const least = 100 * leastOf("stage") / whole;
  return {
    least,
    share: 100 * size / whole,
    // In a window that is too small for both, the conversation goes first.
    most: axis === "width"
      ? Math.min(100 - 100 * leastOf("chat") / whole, 100)
      : Math.max(100 - 100 * leastOf("chat") / whole, least),
  };
}

/** The share after a key, as separators are moved by keys everywhere; undefined for a key that means nothing here. */
export function shareAfter(key: string, axis: Axis, { least, share, most }: Split): number | undefined {
  const [less, more] = axis === "width" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  const next = { [less!]: share - STEP, [more!]: share + STEP, Home: least, End: most }[key];
  return next === undefined ? undefined : within({ least, share: next, most });
}

/** The share within its limits. */
export function within({ least, share, most }: Split): number {
  return Math.min(most, Math.max(least, share));
}

function nameOf(axis: Axis): string {
  return `stage-${axis}`;
}

function lengthOf(axis: Axis, share: number): string {
  return axis === "width" ? `${share}vw` : `calc(var(--viewport) * ${share / 100})`;
}
