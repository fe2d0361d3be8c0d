import { Logo } from "@/web/components/Logo.tsx";
import Avatar from "@/web/islands/Avatar.tsx";
import ChatPanel from "@/web/islands/ChatPanel.tsx";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { preferencesOf } from "@/web/browser/preferences.ts";
import { define } from "@/utils.ts";

export default define.page(function Index({ state, req }) {
  const preferences = preferencesOf(req.headers, state.config);
  const words = WORDS[preferences.language];
  return (
    <main class="page">
      <div class="stage">
        <h1 class="brand">
          <Logo />
          {words.pageTitle}
        </h1>
        <Avatar config={state.config} language={preferences.language} />
      </div>
      <ChatPanel config={state.config} preferences={preferences} role={state.role} character={state.character} />
    </main>
  );
});
