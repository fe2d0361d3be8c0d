import { Logo } from "@/components/Logo.tsx";
import Avatar from "@/islands/Avatar.tsx";
import ChatPanel from "@/islands/ChatPanel.tsx";
import { WORDS } from "@/lib/client/i18n.ts";
import { preferencesOf } from "@/lib/client/preferences.ts";
import { define } from "@/utils.ts";

export default define.page(function Index({ state, req }) {
  const preferences = preferencesOf(req.headers, state.config.ui);
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
