import type { Preferences } from "@/web/browser/preferences.ts";
import type { Words } from "@/lib/i18n/types/page.ts";
import { RoundButton } from "@/web/components/RoundButton.tsx";

interface VoiceControlProps {
  preferences: Preferences;
  words: Words;
  onChange(change: Partial<Preferences>): void;
}

/** Whether the character is heard, and how loud. */
export function VoiceControl({ preferences: { sound, volume }, words, onChange }: VoiceControlProps) {
  return (
    <div class="voice-control">
      <RoundButton
        icon={sound && volume > 0 ? "sound" : "muted"}
        label={words.voice.mute}
        aria-pressed={!sound}
        onClick={() => onChange({ sound: !sound })}
      />
      <div class="voice-volume">
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={volume}
          aria-label={words.voice.volume}
          aria-valuetext={`${Math.round(volume * 100)} %`}
          onInput={(event) => onChange({ volume: event.currentTarget.valueAsNumber, sound: true })}
        />
      </div>
    </div>
  );
}
