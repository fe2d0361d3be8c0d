import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import type { TalkKey } from "@/lib/i18n/types/hearing.ts";
import type { EarWords } from "@/lib/i18n/types/settings.ts";
import type { MicrophoneLink } from "@/web/hearing/microphone_link.ts";
import { TALK_KEYS } from "@/web/hearing/talk_key.ts";

/** Which microphone this browser takes, and which key is held to talk. */
export function MicrophoneChoice({ microphone, text }: { microphone: MicrophoneLink; text: EarWords }) {
  const id = useId();
  // Browsers name them once one was allowed.
  const devices = useMicrophones(microphone.store.value?.state.value);
  const { device, talkKey } = microphone;
  return (
    <>
      <div class="field">
        <label class="label" for={`${id}-device`}>{text.device}</label>
        <select
          id={`${id}-device`}
          name="microphone"
          class="box"
          value={device.value}
          onChange={(event) => device.value = event.currentTarget.value}
        >
          <option value="">{text.usualDevice}</option>
          {devices.map(({ deviceId, label }, index) => (
            <option key={deviceId} value={deviceId}>{label || text.unnamed(index + 1)}</option>
          ))}
        </select>
      </div>
      <div class="field">
        <label class="label" for={`${id}-key`}>{text.talkKey}</label>
        <select
          id={`${id}-key`}
          name="talk-key"
          class="box"
          aria-describedby={`${id}-help`}
          value={talkKey.value}
          onChange={(event) => talkKey.value = event.currentTarget.value as TalkKey}
        >
          {TALK_KEYS.map((key) => <option key={key} value={key}>{text.talkKeys[key]}</option>)}
        </select>
        <p class="hint" id={`${id}-help`}>{text.talkKeyHelp}</p>
      </div>
    </>
  );
}

/** The microphones that there are, as far as the browser tells. */
function useMicrophones(news: unknown): readonly MediaDeviceInfo[] {
  const devices = useSignal<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    const { mediaDevices } = navigator;
    if (mediaDevices === undefined) return;
    const end = new AbortController();
    const read = async () => {
      const all = await mediaDevices.enumerateDevices().catch(() => []);
      if (end.signal.aborted) return;
      // The usual one has a name of its own here.
      devices.value = all.filter(({ kind, deviceId }) => {
        return kind === "audioinput" && deviceId !== "" && deviceId !== "default";
      });
    };
    void read();
    mediaDevices.addEventListener("devicechange", read, { signal: end.signal });
    return () => end.abort();
  }, [news]);
  return devices.value;
}
