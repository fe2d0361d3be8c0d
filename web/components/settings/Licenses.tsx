import type { License } from "@/lib/protocol/speech_models.ts";

/** Licences by their names, with the page of each. */
export function Licenses({ label, licenses }: { label: string; licenses: readonly License[] }) {
  return (
    <>
      {label}: {licenses.map(({ name, url }, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <a href={url} target="_blank" rel="noreferrer">{name}</a>
        </span>
      ))}
    </>
  );
}
