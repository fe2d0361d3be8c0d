import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { SettingsStores } from "@/web/settings/settings_stores.ts";
import { type Checks, checksOf, supportsWebGL, type Verdict } from "@/web/settings/preflight_store.ts";
import { bytesText } from "@/lib/i18n/format.ts";
import type { LoadedModel } from "@/lib/protocol/calls.ts";
import { sameModel } from "@/lib/protocol/model_name.ts";
import type { Language } from "@/lib/i18n/language.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { Status } from "@/lib/protocol/v2.ts";
import { CopyButton } from "@/web/components/CopyButton.tsx";
import { Icon, type IconName } from "@/web/components/Icon.tsx";
import { PullStatus } from "./PullStatus.tsx";

/** So many installed models are offered in place of a missing one; the settings have all of them. */
const OFFERED = 4;

interface ChecklistProps {
  stores: SettingsStores;
  status: Status;
  words: Words;
  language: Language;
  /** For a small place: what is not known yet is left out, and installed models are offered for a missing one. */
  compact: boolean;
}

/** What a conversation needs: what of it is there, and a button for each thing that is not. */
export function Checklist({ stores, status, words, language, compact }: ChecklistProps) {
  const { preflight } = stores;
  const { setup } = words;
  const webgl = useSignal<boolean | null>(null);
  useEffect(() => void (webgl.value = supportsWebGL()), []);
  useEffect(() => void preflight.check(), [status.host, status.model, status.reachable, status.modelPresent]);

  const { server, model, context, memory, ...rest } = checksOf(status, preflight.result.value, webgl.value);
  const shown = ({ verdict }: { verdict: Verdict }) => verdict !== "unknown" || !compact;
  return (
    <ul class="checks" aria-label={setup.checks}>
      <Check
        verdict={server.verdict}
        text={server.verdict === "good"
          ? setup.serverThere([server.name, server.version].filter(Boolean).join(" "))
          : server.problem?.message ?? setup.serverMissing(server.name, server.host)}
        words={words}
      >
        {server.problem?.hint !== undefined && <p class="hint">{server.problem.hint}</p>}
        {server.verdict === "bad" && (
          <StartServer preflight={preflight} words={words} starts={server.problem === undefined} />
        )}
      </Check>
      {shown(model) && (
        <Check verdict={model.verdict} text={modelText(model.verdict, model.name, server.name, words)} words={words}>
          {model.verdict === "bad" && (
            <GetModel stores={stores} model={model.name} words={words} language={language} offers={compact} />
          )}
        </Check>
      )}
      <Check
        verdict={rest.webgl.verdict}
        text={rest.webgl.verdict === "bad" ? setup.webglMissing : setup.webglThere}
        words={words}
      >
        {rest.webgl.verdict === "bad" && <p class="hint">{setup.webglHelp}</p>}
      </Check>
      {shown(context) && (
        <Check
          verdict={context.verdict}
          text={contextText(context, words, language)}
          words={words}
        />
      )}
      {memory !== undefined && shown(memory) && (
        <Check verdict={memory.verdict} text={memoryText(memory.model, words, language)} words={words}>
          {memory.verdict === "weak" && <p class="hint">{setup.memoryHelp}</p>}
          {memory.others.length > 0 && <p class="hint">{setup.alsoLoaded(memory.others.join(", "))}</p>}
        </Check>
      )}
    </ul>
  );
}

const MARKS: Record<Verdict, IconName> = { good: "check", weak: "warning", bad: "warning", unknown: "more" };

interface CheckProps {
  verdict: Verdict;
  text: string;
  words: Words;
  children?: ComponentChildren;
}

function Check({ verdict, text, words, children }: CheckProps) {
  return (
    <li class="check" data-verdict={verdict}>
      <Icon name={MARKS[verdict]} />
      <div>
        <p>
          <span class="visually-hidden">{words.setup.verdicts[verdict]}</span> {text}
        </p>
        {children}
      </div>
    </li>
  );
}

function modelText(verdict: Verdict, model: string, server: string, { setup }: Words): string {
  if (verdict === "good") return setup.modelThere(model);
  return verdict === "bad" ? setup.modelMissing(model) : setup.modelUnknown(model, server);
}

function contextText({ tokens, most }: Checks["context"], { setup }: Words, language: Language): string {
  if (tokens === undefined) return setup.contextUnknown;
  const told = tokens.toLocaleString(language);
  return most === undefined ? setup.contextThere(told) : setup.contextLoaded(told, most.toLocaleString(language));
}

function memoryText(model: LoadedModel | undefined, { setup }: Words, language: Language): string {
  if (model === undefined) return setup.memoryUnknown;
  const percent = Math.floor(model.onCard * 100);
  return setup.loaded(bytesText(model.size, language), percent);
}

interface StartServerProps {
  preflight: SettingsStores["preflight"];
  words: Words;
  /** Whether starting it would help. */
  starts: boolean;
}

/** Starts the server, or tells how that is done or it is got, as far as its provider has it; and a button to look again. */
function StartServer({ preflight, words, starts }: StartServerProps) {
  const { setup } = words;
  const checking = preflight.checking.value;
  const starting = preflight.starting.value;
  const startError = preflight.startError.value;
  const server = preflight.result.value?.server;
  const steps = starts ? server?.setup : undefined;
  return (
    <>
      {steps?.command !== undefined && !server?.starts && (
        <>
          <p class="hint">{setup.startServer}</p>
          <div class="command">
            <code>{steps.command}</code>
            <CopyButton text={steps.command} words={words} />
          </div>
        </>
      )}
      <div class="actions">
        {server?.starts && (
          <button
            type="button"
            class="pill main"
            aria-disabled={starting}
            onClick={() => void preflight.start()}
          >
            <Icon name="spark" />
            {starting ? setup.starting(server.name) : setup.start(server.name)}
          </button>
        )}
        <button type="button" class="pill" aria-disabled={checking} onClick={() => void preflight.check()}>
          <Icon name="again" />
          {checking ? setup.checking : setup.checkAgain}
        </button>
        {server !== undefined && steps !== undefined && !server.starts && (
          <a class="pill" href={steps.download} target="_blank" rel="noreferrer">{setup.getServer(server.name)}</a>
        )}
      </div>
      {startError !== null && <p class="field-error output" role="alert">{startError.message}</p>}
    </>
  );
}

interface GetModelProps {
  stores: SettingsStores;
  model: string;
  words: Words;
  language: Language;
  offers: boolean;
}

function GetModel({ stores, model, words, language, offers }: GetModelProps) {
  const { preflight, pulls, settings } = stores;
  const pull = pulls.current.value;
  if (pull !== null && sameModel(pull.model, model) && pull.phase !== "done") {
    return (
      <PullStatus
        pull={pull}
        words={words}
        language={language}
        onCancel={() => pulls.cancel()}
        onGoOn={() => void stores.pull(model)}
      />
    );
  }
  const installed = preflight.result.value?.installed.slice(0, OFFERED) ?? [];
  const change = settings.changes.value.get("llm.model");
  return (
    <>
      {preflight.result.value?.server.pulls !== false && (
        <div class="actions">
          <button type="button" class="pill main" onClick={() => void stores.pull(model)}>
            <Icon name="save" />
            {words.setup.get(model)}
          </button>
        </div>
      )}
      {offers && installed.length > 0 && (
        <>
          <p class="hint">{words.setup.orUse}</p>
          <div class="actions">
            {installed.map(({ name }) => (
              <button
                key={name}
                type="button"
                class="pill"
                onClick={() => void settings.write("llm.model", name)}
              >
                {name}
              </button>
            ))}
          </div>
          {change?.state === "failed" && <p class="field-error" role="alert">{change.error.message}</p>}
        </>
      )}
    </>
  );
}
