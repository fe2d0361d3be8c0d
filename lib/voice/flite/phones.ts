/** A phone of the CMU set in lower case, such as `ae`; `pau` is silence. */
export interface Phone {
  name: string;
  /** Seconds since the sound began; it ends where the next one begins. */
  end: number;
}

/** Reads what `flite -psdur` prints: `pau:0.164 hh:0.255 …`. What is no phone with a time is left out. */
export function parsePhones(printed: string): Phone[] {
  return printed.split(/\s+/).flatMap((word) => {
    const [, name = "", end] = /^([a-z]+):(\d+\.\d+)$/.exec(word) ?? [];
    return end === undefined ? [] : [{ name, end: Number(end) }];
  });
}
