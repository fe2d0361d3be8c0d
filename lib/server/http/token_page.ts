/** What a visitor sees who is not let in: a page that needs no file of ours, as none may be had without it. */
import { randomBytes } from "node:crypto";
import { acceptedLanguage } from "@/lib/i18n/accept_language.ts";
import type { Language } from "@/lib/i18n/language.ts";

/** Query of the page that looks for the cookie once more. */
export const ENTER = "enter";

interface PageWords {
  title: string;
  ask: string;
  wrong: string;
  blocked: string;
  label: string;
  open: string;
  /** To a new guest, where too many have come from the same address. */
  crowded: { title: string; ask(minutes: number): string };
}

const WORDS: Record<Language, PageWords> = {
  en: {
    title: "This character lives behind a token",
    ask: "Open the link you were given, or the one that the server printed when it started, or enter its token here.",
    wrong: "This is not the token. The server prints it when it starts, unless it is set as server.token.",
    blocked: "There were too many wrong tokens. Wait a minute, then try again.",
    label: "Token",
    open: "Open",
    crowded: {
      title: "It is crowded here just now",
      ask: (minutes) =>
        `Many new guests have come from your network. Try again in ${
          minutes === 1 ? "a minute" : `${minutes} minutes`
        }.`,
    },
  },
  ja: {
    title: "入るにはトークンが必要です",
    ask: "受け取ったリンクか、サーバー起動時に表示されたリンクを開くか、トークンをここに入力してください。",
    wrong: "トークンが違います。トークンは server.token の値か、サーバー起動時に表示されたものです。",
    blocked: "間違ったトークンが続きました。1分ほど待ってからもう一度お試しください。",
    label: "トークン",
    open: "開く",
    crowded: {
      title: "ただいま混み合っています",
      ask: (minutes) =>
        `お使いのネットワークから新しいゲストが続いています。${minutes}分ほど待ってからもう一度お試しください。`,
    },
  },
  zh: {
    title: "需要令牌才能进入",
    ask: "请打开你收到的链接，或服务器启动时显示的链接，也可以在此输入令牌。",
    wrong: "令牌不正确。令牌是 server.token 的值，或服务器启动时显示的令牌。",
    blocked: "错误的令牌过多，请等一分钟再试。",
    label: "令牌",
    open: "打开",
    crowded: {
      title: "现在访客太多",
      ask: (minutes) => `你所在的网络刚来了很多新访客，请过 ${minutes} 分钟再试。`,
    },
  },
};

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif; }
body { min-block-size: 90dvh; margin: 1rem; display: grid; place-content: center; text-align: center; }
main { max-inline-size: 28rem; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: center; align-items: center; }
input, button { font: inherit; padding: 0.5rem 0.9rem; border: 1px solid; border-radius: 0.75rem; }
`;

export interface TokenPageOptions {
  why: "missing" | "wrong" | "blocked" | "crowded";
  /** Where the page itself is, such as `/`. */
  home: string;
  /**
   * Look once more, right away: browsers keep a SameSite=Strict cookie back when a link on another site
   * led here, but send it when our own page does.
   */
  again: boolean;
  /** How long a new guest has to wait, where it is crowded. */
  minutes: number;
}

/** The page that asks for the token, or for patience. */
export function tokenPage(request: Request, { why, home, again, minutes }: TokenPageOptions): Response {
  const language = acceptedLanguage(request.headers.get("accept-language"));
  const { label, open, crowded, ...words } = WORDS[language];
  const isCrowded = why === "crowded";
  const title = isCrowded ? crowded.title : words.title;
  const text = isCrowded ? crowded.ask(minutes) : why === "missing" ? words.ask : words[why];
  const nonce = randomBytes(16).toString("base64url");
  // By GET, as the ready link does it: one way in.
  const html = `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">${
    again ? `\n<meta http-equiv="refresh" content="0; url=${home}?${ENTER}">` : ""
  }
<title>${title}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p role="status">${text}</p>${
    // No token is wanted of a guest.
    isCrowded ? "" : `
<form action="${home}" method="get">
<label>${label} <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>${open}</button>
</form>`}
</main>
</body>
</html>
`;
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      // Told to secured(), which puts it into the policy.
      "content-security-policy": `style-src 'nonce-${nonce}'`,
    },
  });
}
