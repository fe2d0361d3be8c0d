import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ChatStore } from "@/web/chat/chat_store.ts";
import type { EnterKey } from "@/web/browser/preferences.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import type { HearingMode } from "@/lib/protocol/hearing.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";
import { AttachButton } from "./AttachButton.tsx";
import { MicrophoneButton } from "./MicrophoneButton.tsx";

interface ComposerProps {
  /** Null until the page is alive. */
  chat: ChatStore | null;
  /** True while an answer comes or is waited for. */
  busy: boolean;
  words: Words;
  /** What the Enter key does. */
  enter: EnterKey;
  box: RefObject<HTMLTextAreaElement>;
  /** When the microphone is listened to; null where nobody could understand. */
  hears: HearingMode | null;
  /** Gives the keyboard back to the box when a control that had it is about to go. */
  onDone(): void;
}

/** The id of the box, for links. */
export const MESSAGE_BOX = "message";

/** A device without a keyboard of its own. */
const TOUCH = "(hover: none) and (pointer: coarse)";

/** The box to write in. It can be written in before the page is alive; nothing typed is lost. */
export function Composer({ chat, busy, words, enter, box, hears, onDone }: ComposerProps) {
  const draft = chat?.box.draft.value ?? "";
  const isShowing = chat?.box.attachments.isEmpty.value === false;
  const [isTouch, setIsTouch] = useState(false);
  // After the first rendering, which is the server's.
  useEffect(() => setIsTouch(matchMedia(TOUCH).matches), []);
  const sends = enter === "auto" ? !isTouch : enter === "send";

  useEffect(() => {
    const area = box.current;
    if (chat === null || area === null) return;
    if (area.value !== "") chat.box.draft.value = area.value;
    // The box is written to only when it differs: anything else would disturb an input method in mid-word.
    const unwatch = chat.box.draft.subscribe((text) => {
      if (area.value !== text) area.value = text;
    });
    if (document.activeElement === document.body) onDone();
    return unwatch;
  }, [chat]);

  function send() {
    chat?.send(words.images.question);
    onDone();
  }

  function addLine() {
    const area = box.current;
    if (area === null) return;
    // As the key itself would, so that it can be taken back.
    area.focus();
    if (!document.execCommand("insertText", false, "\n")) {
      area.setRangeText("\n", area.selectionStart, area.selectionEnd, "end");
    }
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function onKeyDown(event: KeyboardEvent) {
    // Enter that ends a composition of an input method is not ours. Safari says so only by the key code 229.
    if (event.isComposing || event.keyCode === 229 || chat === null) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && (sends || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Enter" && event.altKey) {
      // With Alt alone browsers do nothing.
      event.preventDefault();
      addLine();
    } else if (event.key === "Escape" && busy) {
      event.preventDefault();
      chat.stop();
    }
  }

  return (
    <form
      class="composer"
      onMouseDown={keepFocus}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <AttachButton attachments={chat?.box.attachments ?? null} words={words} />
      <div class="grow" data-text={draft}>
        <textarea
          ref={box}
          id={MESSAGE_BOX}
          rows={1}
          dir="auto"
          aria-label={words.message}
          placeholder={isShowing ? words.images.question : words.placeholder}
          autocomplete="off"
          enterkeyhint={sends ? "send" : "enter"}
          onInput={(event) => chat !== null && (chat.box.draft.value = event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {hears !== null && <MicrophoneButton microphone={chat?.microphone ?? null} mode={hears} words={words} />}
      {/* A touch keyboard has no Shift with Enter. */}
      {isTouch && sends && <RoundButton icon="enter" label={words.newLine} onClick={addLine} />}
      {busy && <RoundButton icon="stop" label={words.stop} class="stop" onClick={() => chat?.stop()} />}
      <RoundButton
        icon="send"
        label={words.send}
        class="send"
        type="submit"
        disabled={chat?.canSend.value !== true}
      />
    </form>
  );
}

/** A press on a button beside the box leaves the focus in the box: a phone's keyboard stays as it is. */
function keepFocus(event: MouseEvent) {
  if (event.target instanceof Element && event.target.closest("button") !== null) event.preventDefault();
}
