/**
 * What a message of a process's journal contains: what the process appends to several conversations at once, or which
 * of its leases are over. Its first line says what follows; the texts come behind it as they are.
 */

/** What is appended to one conversation: at most one part of a message is of it. */
export interface Part {
  conversation: string;
  /** Of the lease that it is appended with. */
  revision: number;
  /** Where the first message stands that has to be read with it, of the same conversation; 0 where that is this one. */
  first: number;
  texts: readonly string[];
}

/** A lease that is over, and all of that conversation before it. */
export interface Fence {
  conversation: string;
  revision: number;
}

export interface JournalBatch {
  /** Which no other message has. */
  name: string;
  /** All that this process has appended before this position is stored, and was said some time ago. */
  start: number;
  parts: readonly Part[];
  /** Written by whoever takes leases over. */
  fences: readonly Fence[];
}

interface Head {
  name: string;
  start: number;
  parts: [conversation: string, revision: number, first: number, ...lengths: number[]][];
  fences?: Fence[];
}

export function encodeBatch({ name, start, parts, fences }: JournalBatch): string {
  const head: Head = {
    name,
    start,
    parts: parts.map(({ conversation, revision, first, texts }) => [
      conversation,
      revision,
      first,
      ...texts.map(({ length }) => length),
    ]),
    ...(fences.length > 0 && { fences: [...fences] }),
  };
  return `${JSON.stringify(head)}\n${parts.map(({ texts }) => texts.join("")).join("")}`;
}

export function decodeBatch(text: string): JournalBatch {
  const headEnd = text.indexOf("\n");
  const { name, start, parts, fences = [] } = JSON.parse(text.slice(0, headEnd)) as Head;
  let end = headEnd + 1;
  return {
    name,
    start,
    fences,
    parts: parts.map(([conversation, revision, first, ...lengths]) => {
      const texts = lengths.map((length) => text.slice(end, end += length));
      return { conversation, revision, first, texts };
    }),
  };
}
