/** The script of the browser: brings the islands of a page to life. */
import { type ComponentType, type ContainerNode, h, render } from "preact";
import { deserializeProps } from "./props.ts";

/** The nodes between two markers, in the guise of an element for Preact to render into. */
class Between {
  nodeType = 1;
  nextSibling = null;
  #start: Comment;
  #end: Comment;

  constructor(start: Comment, end: Comment) {
    this.#start = start;
    this.#end = end;
  }

  get parentNode(): ParentNode | null {
    return this.#start.parentNode;
  }

  get namespaceURI(): string | null {
    return this.#start.parentElement?.namespaceURI ?? null;
  }

  get childNodes(): ChildNode[] {
    const nodes: ChildNode[] = [];
    for (let node = this.#start.nextSibling; node && node !== this.#end; node = node.nextSibling) nodes.push(node);
    return nodes;
  }

  get firstChild(): ChildNode | null {
    return this.childNodes[0] ?? null;
  }

  contains(node: Node | null): boolean {
    return this.childNodes.some((child) => child.contains(node));
  }

  insertBefore<T extends Node>(node: T, child: ChildNode | null): T {
    (child ?? this.#end).before(node);
    return node;
  }

  appendChild<T extends Node>(node: T): T {
    return this.insertBefore(node, null);
  }

  removeChild<T extends ChildNode>(child: T): T {
    child.remove();
    return child;
  }
}

/** What is left to do for the frame to be drawn goes first. */
function soon(task: () => void): void {
  const { scheduler } = globalThis as { scheduler?: { postTask(task: () => void): Promise<void> } };
  if (scheduler) void scheduler.postTask(task);
  else setTimeout(task);
}

/** Renders each island of the page where the server put it. Called by the script at the end of the page. */
export function boot(islands: Record<string, ComponentType>, serializedProps: string): void {
  const props = deserializeProps(serializedProps) as Record<string, unknown>[];
  const comments = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
  let start: Comment | null = null;
  while (comments.nextNode()) {
    const comment = comments.currentNode as Comment;
    if (comment.data.startsWith("frsh:island:")) start = comment;
    if (comment.data !== "/frsh:island" || start === null) continue;
    if (start.parentNode !== comment.parentNode) {
      reportError(new Error(`Cannot start ${start.data}: invalid HTML nesting moved its end elsewhere in the page`));
      continue;
    }
    const [, , name = "", index] = start.data.split(":");
    const component = islands[name];
    const container = new Between(start, comment);
    if (component) {
      soon(() => render(h(component, props[Number(index)] ?? null), container as unknown as ContainerNode));
    }
    start = null;
  }
}
