import { Logo } from "@/web/components/Logo.tsx";
import Avatar from "@/web/islands/Avatar.tsx";
import ChatPanel from "@/web/islands/ChatPanel.tsx";
import Divider from "@/web/islands/Divider.tsx";
import { MESSAGE_BOX } from "@/web/components/chat/Composer.tsx";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { requestPreferences } from "@/web/browser/request_preferences.ts";
import { define } from "@/utils.ts";

export default define.page(function Index({ state, req }) {
  const preferences = requestPreferences(req, state.config);
  const words = WORDS[preferences.language];
  return (
    <main class="page">
      <a class="skip-link pill" href={`#${MESSAGE_BOX}`}>{words.skip}</a>
      <div class="stage">
        <h1 class="brand">
          <Logo />
          {words.pageTitle}
        </h1>
        <Avatar config={state.config} language={preferences.language} />
      </div>
      <Divider language={preferences.language} />
      <ChatPanel config={state.config} preferences={preferences} role={state.role} character={state.character} />
    </main>
  );
});
