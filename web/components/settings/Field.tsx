import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { SettingsStore } from "@/web/settings/settings_store.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { FieldWords, SettingsWords } from "@/lib/i18n/types/settings.ts";
import type { SettingField } from "@/lib/protocol/calls.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { Choice, hasGroup, NumberBox, type Offer, Switch, TextBox, valueText } from "./controls.tsx";

interface FieldsProps {
  settings: SettingsStore;
  /** Dotted paths, in the order to show them. One that the server does not have is left out. */
  names: readonly string[];
  words: Words;
  text: SettingsWords;
  /** What a field of text may be filled with, by its dotted path. */
  offers?: Readonly<Record<string, readonly Offer[]>>;
}

/** Some fields of the configuration. */
export function Fields({ settings, names, words, text, offers = {} }: FieldsProps) {
  if (settings.fields.value === null) {
    return settings.error.value === null ? <p class="hint">{text.loading}</p> : null;
  }
  return (
    <>
      {names.map((name) => {
        const field = settings.field(name);
        return field && (
          <Field key={name} field={field} settings={settings} words={words} text={text} offers={offers[name] ?? []} />
        );
      })}
    </>
  );
}

interface FieldProps {
  field: SettingField;
  settings: SettingsStore;
  words: Words;
  text: SettingsWords;
  offers: readonly Offer[];
}

/** One field of the configuration: its control, what it does, what is wrong with it. */
function Field({ field, settings, text, offers }: FieldProps) {
  const name = field.path.join(".");
  const id = `setting-${name}`;
  const root = useRef<HTMLDivElement>(null);
  /** What is wrong by what the page knows itself. */
  const wrong = useSignal<string | null>(null);
  const restored = useSignal(false);
  const told = text.fields[name] ?? plainWords(field);
  const change = settings.changes.value.get(name);
  const locked = field.variable !== undefined;
  const error = wrong.value ?? (change?.state === "failed" ? change.error.message : null);
  const notes = notesOf(field, told, text);

  useLayoutEffect(() => {
    // The button that was pressed goes away with what it was for.
    if (restored.value) root.current?.querySelector<HTMLElement>("input, select")?.focus();
    restored.value = false;
  }, [field.value]);

  function write(value: unknown) {
    wrong.value = null;
    void settings.write(name, value);
  }

  const control = {
    id,
    field,
    told,
    text,
    locked,
    describedBy: [...(notes.length > 0 ? [`${id}-notes`] : []), ...(error !== null ? [`${id}-error`] : [])].join(" "),
    invalid: error !== null,
    onWrite: write,
    onWrong: (message: string) => wrong.value = message,
  };
  const changed = !locked && field.value !== field.default;
  return (
    <div class="field" data-kind={field.kind} data-setting={name} ref={root}>
      <div class="field-head">
        {hasGroup(field)
          ? <span class="label" id={`${id}-label`}>{told.label}</span>
          : <label class="label" for={id} id={`${id}-label`}>{told.label}</label>}
        <span class="field-state" role="status">{stateOf(change?.state, text)}</span>
        {changed && (
          <button
            type="button"
            class="small-round"
            aria-label={`${told.label}: ${text.restore(valueText(field.default, told, text))}`}
            title={text.restore(valueText(field.default, told, text))}
            onClick={() => {
              restored.value = true;
              write(null);
            }}
          >
            <Icon name="again" />
          </button>
        )}
        {field.kind === "boolean" && <Switch {...control} />}
      </div>
      {field.kind === "choice" && <Choice {...control} />}
      {field.kind === "number" && <NumberBox {...control} />}
      {field.kind === "text" && <TextBox {...control} offers={offers} />}
      {notes.length > 0 && <div class="hint" id={`${id}-notes`}>{notes.map((note) => <p key={note}>{note}</p>)}</div>}
      {error !== null && <p class="field-error" id={`${id}-error`} role="alert">{error}</p>}
    </div>
  );
}

function stateOf(state: "saving" | "saved" | "failed" | undefined, text: SettingsWords): string {
  if (state === "saving") return text.saving;
  return state === "saved" ? text.saved : "";
}

function notesOf({ variable, restart }: SettingField, { help }: FieldWords, text: SettingsWords): string[] {
  const notes = help === undefined ? [] : [help];
  if (variable !== undefined) notes.push(text.decidedBy(variable));
  else if (restart) notes.push(text.nextStart);
  return notes;
}

/** For a field of a server that is newer than these words. */
function plainWords({ path, description }: SettingField): FieldWords {
  const name = path.at(-1)!.replace(/([A-Z])/g, " $1").toLowerCase();
  return { label: name.charAt(0).toUpperCase() + name.slice(1), help: description };
}
