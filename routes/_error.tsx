import { HttpError } from "fresh";
import { Logo } from "@/web/components/Logo.tsx";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { withBase } from "@/web/browser/base_path.ts";
import { requestPreferences } from "@/web/browser/request_preferences.ts";
import { define } from "@/utils.ts";

/** Says that something failed, never why: an error's text may hold what is nobody's business. */
export default define.page(function ErrorPage({ config, error, req, state }) {
  const words = WORDS[requestPreferences(req, state.config).language];
  const missing = error instanceof HttpError && error.status === 404;
  return (
    <main class="error-page">
      <Logo />
      <h1>{missing ? words.notFound : words.broken}</h1>
      {/* Without a word of ours Fresh calls a link to a folder above the page the current one. */}
      <a class="pill" href={withBase(config.basePath, "/")} aria-current={false}>{words.back}</a>
    </main>
  );
});
