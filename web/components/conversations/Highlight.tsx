/** A text with every occurrence of the search query marked. */
export function Highlight({ text, query }: { text: string; query: string }) {
  if (query === "") return <>{text}</>;
  const literal = query.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  return (
    <>
      {text.split(new RegExp(`(${literal})`, "iu")).map((part, i) => i % 2 === 1 ? <mark key={i}>{part}</mark> : part)}
    </>
  );
}
