/** The script of the browser in development: reloads the page when the server has restarted. */
export { boot } from "./runtime_client.ts";

const LONGEST_WAIT_MS = 2000;
let revision: number | null = null;
let wait = 100;

function watch(): void {
  const socket = new WebSocket(new URL("/_frsh/alive", location.href.replace(/^http/, "ws")));
  socket.addEventListener("open", () => wait = 100);
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(String(event.data)) as { revision: number };
    if (revision !== null && message.revision > revision) location.reload();
    revision = message.revision;
  });
  socket.addEventListener("close", () => {
    setTimeout(watch, wait);
    wait = Math.min(wait * 1.5, LONGEST_WAIT_MS);
  });
}

watch();
