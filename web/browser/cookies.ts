/** The reader's choices that the server must know to render the page right at once: kept in cookies, so that nothing flashes. */

const YEAR_SECONDS = 365 * 24 * 3600;

/** Keeps a choice for a year; null forgets it. Only in the browser. */
export function setCookie(name: string, value: string | null): void {
  const path = document.documentElement.dataset.basePath ?? "/";
  const age = value === null ? 0 : YEAR_SECONDS;
  document.cookie = `${name}=${value ?? ""}; Path=${path}; Max-Age=${age}; SameSite=Lax`;
}
