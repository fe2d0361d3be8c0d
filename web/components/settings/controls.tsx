/** A control for each kind of setting. Each says what was entered when the reader is done with it. */
import { useEffect, useRef } from "preact/hooks";
import type { FieldWords, SettingsWords } from "@/lib/i18n/types/settings.ts";
import type { SettingField } from "@/lib/protocol/calls.ts";

interface ControlProps {
  id: string;
  field: SettingField;
  told: FieldWords;
  text: SettingsWords;
  /** True when an environment variable decides. */
  locked: boolean;
  /** Ids of what is said about it. */
  describedBy: string;
  invalid: boolean;
  /** `null` brings the default back. */
  onWrite(value: unknown): void;
  onWrong(message: string): void;
}

export function Switch({ id, field, locked, describedBy, onWrite }: ControlProps) {
  return (
    <input
      id={id}
      class="switch"
      type="checkbox"
      role="switch"
      checked={field.value === true}
      disabled={locked}
      aria-describedby={describedBy || undefined}
      onChange={(event) => onWrite(event.currentTarget.checked)}
    />
  );
}

export function Choice(props: ControlProps) {
  return hasGroup(props.field) ? <Segments {...props} /> : <Select {...props} />;
}

function Segments({ id, field, told, text, locked, describedBy, onWrite }: ControlProps) {
  return (
    <div class="segments" role="radiogroup" aria-labelledby={`${id}-label`} aria-describedby={describedBy || undefined}>
      {field.choices?.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name={field.path.join(".")}
            checked={field.value === choice}
            disabled={locked}
            onChange={() => onWrite(choice)}
          />
          <span>{valueText(choice, told, text)}</span>
        </label>
      ))}
    </div>
  );
}

function Select({ id, field, told, text, locked, describedBy, invalid, onWrite }: ControlProps) {
  const select = useRef<HTMLSelectElement>(null);
  const value = field.value === null ? "" : String(field.value);
  useEffect(() => {
    if (select.current !== null) select.current.value = value;
  });
  return (
    <select
      id={id}
      name={field.path.join(".")}
      class="box"
      ref={select}
      disabled={locked}
      aria-describedby={describedBy || undefined}
      aria-invalid={invalid || undefined}
      onChange={(event) => onWrite(event.currentTarget.value === "" ? null : event.currentTarget.value)}
    >
      {field.default === null && <option value="">{valueText(null, told, text)}</option>}
      {field.choices?.map((choice) => <option key={choice} value={choice}>{valueText(choice, told, text)}</option>)}
    </select>
  );
}

export function NumberBox(props: ControlProps) {
  const { field, text, onWrite, onWrong } = props;
  const { least, most } = field;
  return (
    <Box
      {...props}
      type="number"
      onDone={({ value, validity, valueAsNumber }) => {
        if (validity.badInput || validity.rangeUnderflow || validity.rangeOverflow) {
          onWrong(text.outOfRange(least, most));
        } else onWrite(value === "" ? null : valueAsNumber);
      }}
    />
  );
}

/** A number between two bounds, of which the words say what either means. */
export function Slider({ id, field, told, locked, describedBy, onWrite }: ControlProps) {
  const input = useRef<HTMLInputElement>(null);
  const { value, least = 0, most = 1 } = field;
  useEffect(() => {
    if (input.current !== null) input.current.value = String(value);
  }, [value]);
  return (
    <div class="slider">
      <input
        id={id}
        ref={input}
        type="range"
        min={least}
        max={most}
        step={(most - least) / 30}
        disabled={locked}
        aria-describedby={describedBy || undefined}
        onChange={(event) => onWrite(Number(event.currentTarget.valueAsNumber.toFixed(2)))}
      />
      <span aria-hidden="true">{told.ends?.[0]}</span>
      <span aria-hidden="true">{told.ends?.[1]}</span>
    </div>
  );
}

/** What a box may be filled with. */
export interface Offer {
  value: string;
  /** What it is called. */
  label: string;
}

export function TextBox(props: ControlProps & { offers: readonly Offer[] }) {
  return (
    <Box
      {...props}
      type="text"
      onDone={({ value }) => props.onWrite(value.trim() === "" ? null : value.trim())}
    />
  );
}

interface BoxProps extends ControlProps {
  type: "text" | "number";
  offers?: readonly Offer[];
  onDone(input: HTMLInputElement): void;
}

function Box({ id, field, told, text, type, offers = [], locked, describedBy, invalid, onDone }: BoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const value = field.value === null ? "" : String(field.value);
  // What is wrong stays in the box to be corrected; what has been taken is shown as the server has it.
  useEffect(() => {
    if (input.current !== null) input.current.value = value;
  }, [value]);
  return (
    <>
      <input
        id={id}
        name={field.path.join(".")}
        class="box"
        ref={input}
        type={type}
        step="any"
        {...(field.least !== undefined && { min: field.least })}
        {...(field.most !== undefined && { max: field.most })}
        readOnly={locked}
        autocomplete="off"
        spellcheck={false}
        placeholder={valueText(field.default, told, text)}
        aria-describedby={describedBy || undefined}
        aria-invalid={invalid || undefined}
        {...(offers.length > 0 && { list: `${id}-offers` })}
        onChange={(event) => locked || onDone(event.currentTarget)}
      />
      {offers.length > 0 && (
        <datalist id={`${id}-offers`}>
          {offers.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
        </datalist>
      )}
    </>
  );
}

/** Whether the values of a field stand side by side; more than two, or one that may be absent, are a list that opens. */
export function hasGroup({ kind, choices = [], default: usual }: SettingField): boolean {
  return kind === "choice" && choices.length <= 2 && usual !== null;
}

/** What a value is called. */
export function valueText(value: unknown, told: FieldWords, text: SettingsWords): string {
  if (value === null || value === undefined) return told.unset ?? "—";
  if (typeof value === "boolean") return value ? text.on : text.off;
  return told.choices?.[String(value)] ?? String(value);
}
