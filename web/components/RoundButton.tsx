import type { ComponentProps } from "preact";
import { Icon } from "./Icon.tsx";

type ButtonProps = Omit<ComponentProps<"button">, "aria-label" | "title" | "children">;

/** A round button with a picture; its label is read out, and shown to whoever points at it. */
export function RoundButton(
  { icon, label, class: kind, type = "button", ...rest }: ButtonProps & {
    icon: ComponentProps<typeof Icon>["name"];
    label: string;
  },
) {
  return (
    <button
      {...rest}
      type={type}
      class={kind === undefined ? "round" : `round ${kind}`}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}
