import { useEffect, useRef } from "preact/hooks";
import { bytesText } from "@/lib/i18n/format.ts";
import { LLM_SERVERS } from "@/lib/protocol/llm_servers.ts";
import { sameModel } from "@/lib/protocol/model_name.ts";
import type { InstalledModel } from "@/lib/protocol/calls.ts";
import { Icon } from "@/web/components/Icon.tsx";
import { Checklist } from "./Checklist.tsx";
import { ChoiceList } from "./ChoiceList.tsx";
import { KeyField } from "./KeyField.tsx";
import { Fields } from "./Field.tsx";
import { FIELDS, type SectionProps } from "./section.ts";

/** So many models are shown to be chosen at once; more than that are found by their names. */
const SHOWN = 12;

/** Which language model answers, and how it is asked. */
export function LanguageSection(props: SectionProps) {
  const { stores, settings, status, words, text, language } = props;
  const server = LLM_SERVERS.find(({ id }) => id === settings.field("llm.provider")?.value);
  return (
    <>
      <Fields settings={settings} names={FIELDS.mind} words={words} text={text} />
      <KeyField {...props} {...(server && { server })} />
      {status?.away === true && status.host !== "" && <p class="hint">{words.leavesMachine(status.host)}</p>}
      {status !== null && (
        <div class="check-card">
          <Checklist stores={stores} status={status} words={words} language={language} compact={false} />
        </div>
      )}
      <Models {...props} />
      <hr />
      <Fields settings={settings} names={FIELDS.language} words={words} text={text} />
      <Options {...props} />
    </>
  );
}

/** How the model chooses its words, where its server can be told. */
function Options({ settings, words, text }: SectionProps) {
  if (!FIELDS.options.some((name) => settings.field(name) !== undefined)) return null;
  return (
    <details class="fold">
      <summary>
        <Icon name="chevron" />
        {text.options.title}
      </summary>
      <div class="fold-body">
        <p class="hint">{text.options.about}</p>
        <Fields settings={settings} names={FIELDS.options} words={words} text={text} />
      </div>
    </details>
  );
}

/** The models that the provider has, and a way to name another one. */
function Models({ stores, settings, status, text, language }: SectionProps) {
  const field = settings.field("llm.model");
  const box = useRef<HTMLInputElement>(null);
  const wanted = field === undefined ? "" : String(field.value);
  const seen = stores.preflight.result.value;
  const installed = seen?.installed ?? [];
  // Before anybody has looked, or where nobody tells, it is not known that there is none.
  const isKnown = seen !== null && seen.server.reachable && seen.server.problem === undefined;
  const shown = installed.filter((model, index) => index < SHOWN || sameModel(model.name, wanted));
  const title = status?.away && seen !== null ? text.installedAt(seen.server.name) : text.installed;
  const library = seen?.server.setup?.library;
  const locked = field?.variable !== undefined;
  const change = settings.changes.value.get("llm.model");

  useEffect(() => {
    // What has been taken is shown among the others now, or as missing above.
    if (change?.state === "saved" && box.current !== null) box.current.value = "";
  }, [change?.state]);

  async function take(model: string) {
    if (await settings.write("llm.model", model)) await stores.preflight.check();
  }

  return (
    <>
      <h3>{title}</h3>
      {installed.length === 0 && isKnown && <p class="hint">{text.noneInstalled(seen.server.name)}</p>}
      {installed.length > 0 && (
        <ChoiceList
          label={title}
          items={shown.map((model) => ({
            name: model.name,
            title: model.name,
            about: aboutModel(model, text.runsElsewhere, language),
            chosen: sameModel(model.name, wanted),
          }))}
          locked={locked}
          chosenText={text.inUse}
          busyText={text.saving}
          missingText={text.missing}
          onChoose={take}
        />
      )}
      {shown.length < installed.length && <p class="hint">{text.moreModels(installed.length - shown.length)}</p>}
      {locked ? <p class="hint">{text.decidedBy(field?.variable ?? "")}</p> : (
        <form
          class="field"
          onSubmit={(event) => {
            event.preventDefault();
            const name = box.current?.value.trim() ?? "";
            if (name !== "") void take(name);
          }}
        >
          <label class="label" for="other-model">{text.otherModel}</label>
          <div class="box-row">
            <input
              id="other-model"
              class="box"
              type="text"
              ref={box}
              list="known-models"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              placeholder={wanted}
              {...(library !== undefined && { "aria-describedby": "other-model-help" })}
            />
            <datalist id="known-models">{installed.map(({ name }) => <option key={name} value={name} />)}</datalist>
            <button type="submit" class="pill">{text.use}</button>
          </div>
          {library !== undefined && (
            <p class="hint" id="other-model-help">{text.otherModelHelp(library.address, library.examples)}</p>
          )}
          {change?.state === "failed" && <p class="field-error" role="alert">{change.error.message}</p>}
        </form>
      )}
    </>
  );
}

function aboutModel({ size, parameters, away }: InstalledModel, elsewhere: string, language: string): string {
  if (away) return elsewhere;
  const told = [parameters, size === undefined ? undefined : bytesText(size, language)];
  return told.filter((part) => part !== undefined).join(" · ");
}
