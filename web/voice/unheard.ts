/** Shows what of an answer was not heard, because it was cut short, as such. */
import { placeWords } from "./text_map.ts";

/**
 * Dims what follows a place of the source. An answer that was shown anew is dimmed anew.
 *
 * @param root where the whole answer is shown
 * @param heard UTF-16 units of the source that were heard
 * @param title says why
 */
export function dimUnheard(root: Element, source: string, heard: number, title: string): void {
  for (const dimmed of root.querySelectorAll(".unheard")) dimmed.replaceWith(...dimmed.childNodes);
  root.normalize();
  const first = placeWords(root, source).find(({ at, length }) => at + length > heard);
  if (first === undefined) return;
  const cut = first.start + Math.max(0, heard - first.at);
  const rest = cut === 0 ? first.node : first.node.splitText(cut);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Text && (node === rest || texts.length > 0) && node.data.trim() !== "") texts.push(node);
  }
  for (const text of texts) {
    const dimmed = document.createElement("span");
    dimmed.className = "unheard";
    dimmed.title = title;
    text.replaceWith(dimmed);
    dimmed.append(text);
  }
}
