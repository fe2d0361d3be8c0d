import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Secrets } from "./secrets.ts";
import { randomToken } from "./random_token.ts";
import { shownCookie, shownToken, Tokens } from "./token.ts";

const TOKEN = "a token; with signs=";
const url = new URL("http://pi:8000/");

function asking(headers: Record<string, string> = {}): Request {
  return new Request(url, { headers });
}

Deno.test("randomToken() is long, safe in a link, and another each time", () => {
  assertMatch(randomToken(), /^[\w-]{22}$/);
  assertNotEquals(randomToken(), randomToken());
});

Deno.test("shownToken() reads the link and the header, and nothing else", () => {
  const linked = new URL(`?token=${encodeURIComponent(TOKEN)}`, url);
  assertEquals(shownToken(asking(), linked), TOKEN);
  assertEquals(shownToken(asking({ authorization: `Bearer ${TOKEN}` }), url), TOKEN);
  assertEquals(shownToken(asking({ authorization: `Basic ${TOKEN}` }), url), undefined);
  assertEquals(shownToken(asking(), new URL("?token=", url)), "");
});

Deno.test("Tokens tells the owner's, the guests' and nobody's, by token and by cookie", async () => {
  const folder = await Deno.makeTempDir();
  const secrets = await Secrets.open(folder);
  const tokens = new Tokens({ owner: TOKEN, secrets });
  assertEquals([tokens.roleOfToken(TOKEN), tokens.roleOfToken(""), tokens.roleOfToken("x")], [
    "owner",
    undefined,
    undefined,
  ]);
  await secrets.makeGuestToken();
  assertEquals(tokens.roleOfToken(secrets.guestToken!), "guest");
  const cookies = (["owner", "guest"] as const).map((role) => {
    const set = tokens.setCookie(url, "/", role);
    assertMatch(set, /^vtuber_token_8000=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/);
    const sent = asking({ cookie: `theme=dark; ${set.split(";")[0]}; language=ja` });
    assertEquals(shownCookie(sent, new URL("http://pi:8001/")), undefined);
    const cookie = shownCookie(sent, url)!;
    assertEquals(tokens.roleOfCookie(cookie), role);
    assertEquals(tokens.roleOfToken(cookie), undefined);
    return cookie;
  });
  // It is signed: whoever guesses a short token cannot make its cookie.
  await Deno.mkdir(`${folder}/other`);
  const elsewhere = new Tokens({ owner: TOKEN, secrets: await Secrets.open(`${folder}/other`) });
  assertEquals(elsewhere.roleOfCookie(cookies[0]!), undefined);
  assertEquals(tokens.roleOfCookie("é".repeat(43)), undefined);
  await secrets.makeGuestToken();
  assertEquals(tokens.roleOfCookie(cookies[1]!), undefined);
  await secrets.revokeGuestToken();
  assertEquals([tokens.roleOfCookie(cookies[0]!), tokens.roleOfCookie("")], ["owner", undefined]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("cookies are for https alone where the page comes by https, and for what lies below the base path", async () => {
  const folder = await Deno.makeTempDir();
  const secrets = await Secrets.open(folder);
  const tokens = new Tokens({ owner: TOKEN, secrets });
  const secret = randomToken();
  assertMatch(tokens.setGuestCookie(new URL("https://pi/vt/"), "/vt", secret), /; Path=\/vt; .*; Secure(;|$)/);
  const set = tokens.setGuestCookie(url, "/", secret);
  assertMatch(set, /^vtuber_guest_8000=[\w-]{22}\.[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
  const [kept = ""] = set.split(";");
  assertEquals(tokens.guestSecret(asking({ cookie: kept }), url), secret);
  // Nobody makes a guest by himself, of nothing or of what makes another cookie.
  const owners = tokens.setCookie(url, "/", "owner").split(";")[0]!.split("=")[1]!;
  for (
    const made of [secret, `${secret}.`, `${randomToken()}.${kept.split(".")[1]}`, `${secret}.${owners}`, "short", "."]
  ) {
    assertEquals(tokens.guestSecret(asking({ cookie: `vtuber_guest_8000=${made}` }), url), undefined, made);
  }
  // Every process that has the same key knows it.
  await Deno.mkdir(`${folder}/other`);
  const other = async (key?: string) =>
    new Tokens({ owner: TOKEN, secrets: await Secrets.open(`${folder}/other`, key) });
  assertEquals((await other()).guestSecret(asking({ cookie: kept }), url), undefined);
  const key = "0123456789".repeat(4);
  const first = new Tokens({ owner: TOKEN, secrets: await Secrets.open(folder, key) });
  const [shared = ""] = first.setGuestCookie(url, "/", secret).split(";");
  assertEquals((await other(key)).guestSecret(asking({ cookie: shared }), url), secret);
  await Deno.remove(folder, { recursive: true });
});
