import { h } from "preact";
import type { Words } from "@/lib/i18n/types/page.ts";

/** How long the page may take to come alive after something has failed, ms. */
const PATIENCE_MS = 2_000;

/**
 * Says why a page stays dead: without scripts, in a browser that is too old, or when something fails before the chat is
 * alive. In words of long ago, so that any browser can read it, and hidden until then.
 */
export function CannotRun({ words }: { words: Words }) {
  return (
    <>
      <noscript>
        <p class="cannot-run" role="alert">{words.noScripts}</p>
      </noscript>
      <p class="cannot-run" id="cannot-run" role="alert" hidden>
        {words.cannotRun} <code></code>
      </p>
      {h("script", { dangerouslySetInnerHTML: { __html: WATCH } })}
    </>
  );
}

const WATCH = `(function () {
  function tell(why) {
    setTimeout(function () {
      var box = document.getElementById("cannot-run");
      if (box === null || document.querySelector(".chat.ready") !== null || !box.hidden) return;
      box.lastElementChild.textContent = why;
      box.hidden = false;
    }, ${PATIENCE_MS});
  }
  addEventListener("error", function (event) {
    var from = event.target && event.target.src;
    if (event.message || from) tell(event.message || from);
  }, true);
  addEventListener("unhandledrejection", function (event) { tell(String(event.reason)); });
  if (!("noModule" in document.createElement("script"))) tell("<script type=module>");
})();`;
