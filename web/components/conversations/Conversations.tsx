import { lazyDialog } from "@/web/components/lazy_dialog.tsx";
import type { ConversationsProps } from "./ConversationsDialog.tsx";

const dialog = lazyDialog<ConversationsProps>(async () =>
  (await import("./ConversationsDialog.tsx")).ConversationsDialog
);

/** Brings the list of conversations. Rejects when the server cannot be reached. */
export const loadConversations = dialog.load;

/** All conversations, as soon as they are wanted. */
export function Conversations({ open, ...props }: ConversationsProps & { open: boolean }) {
  return <dialog.View open={open} words={props.words} props={props} onFail={() => props.onClose(false)} />;
}
