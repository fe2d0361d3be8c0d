/** Gives the reader a text as a file. */

/** How long the browser may take to begin saving before the text is let go of, ms. */
const REVOKE_DELAY_MS = 60_000;

export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_DELAY_MS);
}
