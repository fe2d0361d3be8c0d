import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { HearingMode } from "@/lib/protocol/hearing.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { MicrophoneLink } from "@/web/hearing/microphone_link.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";

interface MicrophoneButtonProps {
  /** Null until the page is alive. */
  microphone: MicrophoneLink | null;
  mode: HearingMode;
  words: Words;
}

/** Has her listen: as long as it is held, or until it is pressed again. While she does, it shows how loud it is. */
export function MicrophoneButton({ microphone, mode, words }: MicrophoneButtonProps) {
  const root = useRef<HTMLSpanElement>(null);
  const store = microphone?.store.value ?? null;
  const state = store?.state.value ?? "off";
  useEffect(() => {
    if (store === null) return;
    return effect(() => root.current?.style.setProperty("--level", store.level.value.toFixed(2)));
  }, [store]);

  const release = () => microphone?.release();
  const hold = {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0 || !(event.currentTarget instanceof Element)) return;
      // The finger may slip off it.
      event.currentTarget.setPointerCapture(event.pointerId);
      microphone?.press();
    },
    onPointerUp: release,
    onPointerCancel: release,
    onBlur: release,
    onKeyDown(event: KeyboardEvent) {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) microphone?.press();
    },
    onKeyUp(event: KeyboardEvent) {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      release();
    },
    // A long press on a touch screen would open the browser's menu.
    onContextMenu: (event: Event) => event.preventDefault(),
    // Assistive technology presses without a pointer or a key, and cannot hold.
    onClick: (event: MouseEvent) => event.detail === 0 && microphone?.toggle(),
  };
  return (
    <span class="microphone" data-state={state} ref={root}>
      <RoundButton
        icon="microphone"
        label={mode === "hold" ? words.microphone.hold : words.microphone.toggle}
        aria-pressed={state !== "off"}
        disabled={microphone === null}
        {...mode === "hold" ? hold : { onClick: () => microphone?.toggle() }}
      />
    </span>
  );
}
