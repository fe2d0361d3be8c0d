import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { turnErrorOf } from "@/web/settings/pull_store.ts";
import type { LlmServer } from "@/lib/protocol/llm_servers.ts";
import type { SectionProps } from "./section.ts";

interface KeyFieldProps extends SectionProps {
  /** Absent for one that usually takes none. */
  server?: LlmServer;
}

/** Takes the key of the language model's server, and shows only whether there is one: nothing reads it back. */
export function KeyField({ stores, server, text: { key: text } }: KeyFieldProps) {
  const seen = stores.preflight.result.value?.server;
  const box = useRef<HTMLInputElement>(null);
  const error = useSignal<string | null>(null);
  const isWanted = server !== undefined || seen?.problem?.code === "llm_unauthorized";
  if (seen === undefined || (!isWanted && seen.key === "none")) return null;

  async function set(key: string | null) {
    error.value = null;
    try {
      await stores.setKey(key);
    } catch (cause) {
      error.value = turnErrorOf(cause).message;
    }
    if (box.current !== null) {
      box.current.value = "";
      box.current.focus();
    }
  }

  if (seen.key === "configured") return <p class="hint">{text.configured}</p>;
  const isKept = seen.key === "kept";
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        const key = box.current?.value.trim() ?? "";
        if (key !== "") void set(key);
      }}
    >
      <label class="label" for="server-key">{text.label}</label>
      <div class="box-row">
        <input
          id="server-key"
          class="box"
          type="password"
          ref={box}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="server-key-help"
        />
        <button type="submit" class="pill">{text.keep}</button>
      </div>
      <div class="hint" id="server-key-help">
        {isKept && <p role="status">{text.kept(seen.host)}</p>}
        {!isKept && server?.needsKey && <p>{text.needed(server.name)}</p>}
        <p>{text.about(seen.host)}</p>
      </div>
      {error.value !== null && <p class="field-error" role="alert">{error.value}</p>}
      {isKept && (
        <div class="actions">
          <button type="button" class="pill" onClick={() => void set(null)}>{text.forget}</button>
        </div>
      )}
    </form>
  );
}
