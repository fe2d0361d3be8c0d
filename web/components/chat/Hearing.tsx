import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { MicrophoneLink } from "@/web/hearing/microphone_link.ts";
import type { HearingLine, HearingLineProps } from "./HearingLine.tsx";

/** What is said of the microphone, once it was wanted: nobody else loads it. */
export function Hearing({ microphone, ...props }: Omit<HearingLineProps, "store"> & { microphone: MicrophoneLink }) {
  const line = useSignal<{ Line: typeof HearingLine } | null>(null);
  const store = microphone.store.value;
  useEffect(() => {
    if (store === null) return;
    import("./HearingLine.tsx").then(({ HearingLine: Line }) => line.value = { Line }).catch(() => {
      // The button shows by itself whether she listens.
    });
  }, [store]);
  if (store === null || line.value === null) return null;
  const { Line } = line.value;
  return <Line store={store} {...props} />;
}
