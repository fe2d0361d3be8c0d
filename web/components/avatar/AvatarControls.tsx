import { useState } from "preact/hooks";
import { FacePicture } from "./FacePicture.tsx";
import type { View } from "@/web/live2d/fit.ts";
import type { Stage } from "@/web/live2d/stage.ts";
import { drawnPictures } from "@/web/presence/presence.ts";
import type { Repertoire } from "@/web/presence/avatar.ts";
import type { AvatarWords } from "@/lib/i18n/types/avatar.ts";

interface AvatarControlsProps {
  stage: Stage;
  view: View;
  /** Whether they are to be seen: only then are pictures drawn. */
  open: boolean;
  words: AvatarWords;
}

/** Buttons for every feeling, expression and motion of the model, and sliders for its size and place. */
export function AvatarControls({ stage, view, open, words }: AvatarControlsProps) {
  const { emotions, expressions, titles, pictures, motions, hotkeys } = stage.repertoire();
  void drawnPictures.value;
  const faces = open ? pictures() : null;
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());

  function toggle(name: string) {
    const on = !kept.has(name);
    stage.setExpression(name, on);
    setKept(new Set(on ? [...kept, name] : [...kept].filter((other) => other !== name)));
  }

  function move(change: Partial<View>) {
    stage.setView({ ...view, ...change });
  }

  return (
    <>
      <Choices title={words.feelings}>
        {(["neutral", ...emotions] as const).map((emotion) => (
          <button
            key={emotion}
            type="button"
            onClick={() => stage.feel(emotion)}
          >
            {words.emotions[emotion]}
          </button>
        ))}
      </Choices>
      {expressions.length > 0 && (
        <Choices title={words.expressions}>
          {expressions.map((name) => (
            <button
              key={name}
              type="button"
              class="face"
              aria-pressed={kept.has(name)}
              onClick={() => toggle(name)}
            >
              <FacePicture src={faces?.get(name)} />
              <span>{titles.get(name) ?? name}</span>
            </button>
          ))}
        </Choices>
      )}
      {hotkeys.length > 0 && (
        <Choices title={words.hotkeys}>
          {hotkeys.map((one, at) =>
            "expression" in one
              ? (
                <button
                  key={at}
                  type="button"
                  aria-pressed={kept.has(one.expression)}
                  onClick={() => toggle(one.expression)}
                >
                  {one.name}
                </button>
              )
              : (
                <button key={at} type="button" onClick={() => void stage.play(one.motion.group, one.motion.index)}>
                  {one.name}
                </button>
              )
          )}
        </Choices>
      )}
      {groupsOf(motions).map(({ title, list }) => (
        <Choices key={title} title={words.motions(title)}>
          {list.map(({ group, index, name }) => (
            <button
              key={`${group} ${index}`}
              type="button"
              onClick={() => void stage.play(group, index)}
            >
              {name}
            </button>
          ))}
        </Choices>
      ))}
      <Choices title={words.view}>
        <Slider
          label={words.size}
          value={Math.log2(view.zoom)}
          low={-1.3}
          high={2.3}
          set={(power) => move({ zoom: 2 ** power })}
        />
        <Slider label={words.leftRight} value={view.x} low={-0.6} high={0.6} set={(x) => move({ x })} />
        <Slider label={words.upDown} value={view.y} low={-0.6} high={0.6} set={(y) => move({ y })} />
      </Choices>
    </>
  );
}

interface MotionButton {
  group: string;
  index: number;
  name: string;
}

/** Motions under the names of their groups; those that are alone in a group named like them, together under no name. */
function groupsOf(motions: Repertoire["motions"]): { title: string; list: MotionButton[] }[] {
  const groups = new Map<string, MotionButton[]>();
  for (const { group, names } of motions) {
    const title = names.length === 1 && names[0] === group ? "" : group;
    const list = groups.get(title) ?? [];
    groups.set(title, [...list, ...names.map((name, index) => ({ group, index, name }))]);
  }
  return [...groups].map(([title, list]) => ({ title, list }));
}

interface SliderProps {
  label: string;
  value: number;
  low: number;
  high: number;
  set(value: number): void;
}

function Slider({ label, value, low, high, set }: SliderProps) {
  return (
    <label class="avatar-slider">
      {label}
      <input
        type="range"
        min={low}
        max={high}
        step={0.01}
        value={value}
        onInput={(event) => set(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}

function Choices({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <fieldset class="avatar-choices">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}
