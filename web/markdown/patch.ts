/**
 * Makes the content of one node that of another and leaves alone what is the same: a selection, the focus, and how far
 * a block of code was scrolled stay while its end grows.
 */
export function patch(old: Node, fresh: Node): void {
  let kept = old.firstChild;
  for (let next = fresh.firstChild; next !== null;) {
    const following = next.nextSibling;
    if (kept === null) old.appendChild(next);
    else {
      const after: ChildNode | null = kept.nextSibling;
      if (!take(kept, next)) old.replaceChild(next, kept);
      kept = after;
    }
    next = following;
  }
  while (kept !== null) {
    const after: ChildNode | null = kept.nextSibling;
    kept.remove();
    kept = after;
  }
}

/** Makes a node the same as another, unless they are of different kinds. */
function take(old: Node, fresh: Node): boolean {
  if (old.nodeName !== fresh.nodeName) return false;
  if (old instanceof Text) {
    const { data } = fresh as Text;
    // Appending keeps a selection that ends in this text.
    if (data.startsWith(old.data)) old.appendData(data.slice(old.length));
    else old.data = data;
    return true;
  }
  if (!(old instanceof Element) || !old.cloneNode(false).isEqualNode(fresh.cloneNode(false))) return false;
  patch(old, fresh);
  return true;
}
