import { Icon } from "@/web/components/Icon.tsx";

/** Says what stands above it aloud. */
export function HearButton({ label, onClick }: { label: string; onClick(): void }) {
  return (
    <button type="button" class="small-round" aria-label={label} title={label} onClick={onClick}>
      <Icon name="sound" />
    </button>
  );
}
