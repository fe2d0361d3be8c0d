/** Icons of our own, drawn on a 24 by 24 grid. They are decoration: what they mean stands in their button's name. */

const PATHS = {
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  stop: "M7 7h10v10H7z",
  compose: "M12 20h8M4 16.5V20h3.5L18.6 8.9a2 2 0 0 0 0-2.8l-.7-.7a2 2 0 0 0-2.8 0L4 16.5z",
  settings: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
  enter: "M19 5v6a3 3 0 0 1-3 3H5.5M9.5 9.5 5 14l4.5 4.5",
  down: "M12 5v14M5.5 12.5 12 19l6.5-6.5",
  warning:
    "M12 8.5v5M12 16.8v.1M10.5 4.4 2.9 17.6A1.7 1.7 0 0 0 4.4 20h15.2a1.7 1.7 0 0 0 1.5-2.4L13.5 4.4a1.7 1.7 0 0 0-3 0z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  again: "M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5v4h-4",
  continue: "M4.5 7H20M4.5 12h6M13.5 15.5H21M17.5 11.8l3.7 3.7-3.7 3.7M4.5 17h6",
  spark: "M12 3.5l1.9 5.6 5.6 1.9-5.6 1.9L12 18.5l-1.9-5.6L4.5 11l5.6-1.9zM19 16.5v4M17 18.5h4",
  cloud: "M7 18.5a4 4 0 0 1-.6-7.95A6 6 0 0 1 18 9.6a4.5 4.5 0 0 1-.5 8.9z",
  chevron: "M9 6l6 6-6 6",
  chats: "M4 5h11v8H8.5L5 16v-3H4zM18.5 9H20v8h-1v3l-3.5-3H10v-1.5",
  more:
    "M4.8 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0M11.3 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0M17.8 12a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  muted: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  microphone: "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3zM6 11.5a6 6 0 0 0 12 0M12 17.5v3",
  image: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.2v.1",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z",
  screen: "M3.5 5h17v11h-17zM9 20h6M12 16v4",
  hearing:
    "M8 20.5c2.5 0 3-1.7 3.3-3 .5-2.4 4.2-3.3 4.2-7.2a5.5 5.5 0 0 0-11 0M8 11a2.2 2.2 0 1 1 3.6 1.7c-.9.8-1.6 1.3-1.6 2.8M18 4.5a9 9 0 0 1 1.6 8.5",
  close: "M6 6l12 12M18 6 6 18",
  save: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5",
  pencil: "M4 20l1-4L16 5l3 3L8 19z",
  language: "M7 7h10v10H7zM10 3.5V7M14 3.5V7M10 17v3.5M14 17v3.5M3.5 10H7M3.5 14H7M17 10h3.5M17 14h3.5",
  character: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM9 9.5v1M15 9.5v1M8.5 14.5c2 2.1 5 2.1 7 0",
  avatar: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-3.4 3.6-5.5 7.5-5.5s6.9 2.1 7.5 5.5",
  appearance:
    "M12 20.5a8.5 8.5 0 1 1 8.5-8.5c0 2.6-2.6 2.7-4 2.7-2.4 0-2.6 1.4-2 2.5.8 1.6-.2 3.3-2.5 3.3zM8 10.5v.1M12 7.5v.1M16 10.5v.1",
  server: "M4.5 5h15v6h-15zM4.5 13h15v6h-15zM8 8v.1M8 16v.1",
  folder: "M3.5 18.5v-13h6l2 2.5h9v10.5z",
  plus: "M12 5v14M5 12h14",
  box: "M12 3.5 20 8v8.5L12 21l-8-4.5V8zM4 8l8 4.5L20 8M12 12.5V21",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
