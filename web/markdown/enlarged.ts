/**
 * Shows a copy of a table or of code over the whole page, until it is closed: by its button, by Escape, or by a press
 * beside it. The keyboard comes back to where it was.
 *
 * @param words what it is called, and what is on its button
 */
export function showEnlarged(content: Element, words: { title: string; close: string }): void {
  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.setAttribute("aria-label", words.title);
  const scroll = document.createElement("div");
  scroll.className = "enlarged-content formatted";
  scroll.tabIndex = 0;
  scroll.append(content.cloneNode(true));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "pill";
  close.textContent = words.close;
  close.addEventListener("click", () => dialog.close());
  dialog.append(scroll, close);
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove(), { once: true });
  document.body.append(dialog);
  dialog.showModal();
  scroll.focus();
}
