import { useState } from "preact/hooks";
import { HOME, type View } from "@/web/live2d/fit.ts";
import type { Stage } from "@/web/live2d/stage.ts";
import type { AvatarWords } from "@/lib/i18n/types/avatar.ts";

interface AvatarControlsProps {
  stage: Stage;
  view: View;
  words: AvatarWords;
}

/** Buttons for every feeling, expression and motion of the model, and sliders for its size and place. */
export function AvatarControls({ stage, view, words }: AvatarControlsProps) {
  const { emotions, expressions, motions } = stage.repertoire();
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
              aria-pressed={kept.has(name)}
              onClick={() => toggle(name)}
            >
              {name}
            </button>
          ))}
        </Choices>
      )}
      {motions.map(({ group, count }) => (
        <Choices key={group} title={words.motions(group)}>
          {Array.from({ length: count }, (_, index) => (
            <button
              key={index}
              type="button"
              aria-label={`${group || words.motion} ${index + 1}`}
              onClick={() => void stage.play(group, index)}
            >
              {index + 1}
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
        <button type="button" onClick={() => stage.setView(HOME)}>{words.reset}</button>
      </Choices>
    </>
  );
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
