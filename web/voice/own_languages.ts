/** Languages in which this browser has voices of its own, on its device (BCP 47). Browsers know them only after a while. */
export function ownLanguages(): string[] {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  return [...new Set(voices.filter((voice) => voice.localService).map(({ lang }) => lang.replaceAll("_", "-")))];
}
