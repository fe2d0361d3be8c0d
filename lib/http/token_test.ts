import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { newToken, TokenLock } from "./token.ts";

const TOKEN = "a token; with signs=";

function ask(lock: TokenLock, { query = "", headers = {}, address = "a" } = {}): string {
  const url = new URL(`http://pi:8000/${query}`);
  return lock.judge(new Request(url, { headers }), url, address);
}

Deno.test("newToken() is long, safe in a link, and another each time", () => {
  assertMatch(newToken(), /^[\w-]{22}$/);
  assertNotEquals(newToken(), newToken());
});

Deno.test("TokenLock takes the token from the link, the header and the cookie it has set", () => {
  const lock = new TokenLock(TOKEN);
  const url = new URL("http://pi:8000/");
  const set = lock.setCookie(new Request(url), url);
  assertMatch(set, /^vtuber_token_8000=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  const cookie = `theme=dark; ${set.split(";")[0]}; language=ja`;
  assertEquals(ask(lock, { query: `?token=${encodeURIComponent(TOKEN)}` }), "right");
  assertEquals(ask(lock, { headers: { authorization: `Bearer ${TOKEN}` } }), "right");
  assertEquals(ask(lock, { headers: { cookie } }), "right");
  assertEquals(ask(lock), "missing");
  assertEquals(ask(lock, { query: "?token=" }), "wrong");
  assertEquals(ask(lock, { query: "?token=x", headers: { cookie } }), "wrong");
  assertEquals(ask(lock, { headers: { authorization: `Basic ${TOKEN}` } }), "missing");
  assertEquals(ask(lock, { headers: { cookie: cookie.replace("8000", "8001") } }), "missing");
  assertEquals(ask(lock, { headers: { cookie: `vtuber_token_8000=${"é".repeat(43)}` } }), "wrong");
});

Deno.test("TokenLock's cookie is for https alone where a proxy speaks https", () => {
  const url = new URL("http://chat.example/");
  const request = new Request(url, { headers: { "x-forwarded-proto": "https" } });
  assertMatch(new TokenLock(TOKEN).setCookie(request, url), /; Secure$/);
});

Deno.test("TokenLock lets nobody guess: ten different wrong ones, then a minute's wait for that address", () => {
  let now = 0;
  const lock = new TokenLock(TOKEN, () => now);
  const right = { query: `?token=${encodeURIComponent(TOKEN)}` };
  for (let i = 0; i < 9; i++) {
    assertEquals(ask(lock, { query: `?token=guess${i}` }), "wrong");
    // The same again, as from a page whose cookie is of yesterday, is no further guess.
    assertEquals(ask(lock, { headers: { cookie: "vtuber_token_8000=old" } }), i < 8 ? "wrong" : "blocked");
    now += 1_000;
  }
  assertEquals(ask(lock, right), "blocked");
  assertEquals(ask(lock, { ...right, address: "b" }), "right");
  assertEquals(ask(lock), "missing");
  now = 60_000;
  assertEquals(ask(lock, right), "right");
});
