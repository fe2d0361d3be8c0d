import { asset } from "fresh/runtime";
import { h } from "preact";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { CannotRun } from "@/web/components/CannotRun.tsx";
import { withBase } from "@/web/browser/base_path.ts";
import { requestPreferences } from "@/web/browser/request_preferences.ts";
import { splitStyle } from "@/web/browser/split.ts";
import { define } from "@/utils.ts";

/** Colours of the browser's own frame around the page: those of the style sheet's `--ground`. */
const GROUND = { light: "#efeafb", dark: "#131024", contrast: "#000000" };

export default define.layout(function App({ Component, config, req, state }) {
  const { language, theme } = requestPreferences(req, state.config);
  const words = WORDS[language];
  const split = splitStyle(req.headers);
  const file = (path: string) => withBase(config.basePath, asset(path));
  return (
    <html lang={language} data-theme={theme} data-base-path={config.basePath || undefined}>
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <title>{words.pageTitle}</title>
        <meta name="description" content={words.description} />
        <meta name="color-scheme" content="light dark" />
        {theme === "system"
          ? (
            <>
              <meta name="theme-color" media="(prefers-color-scheme: light)" content={GROUND.light} />
              <meta name="theme-color" media="(prefers-color-scheme: dark)" content={GROUND.dark} />
            </>
          )
          : <meta name="theme-color" content={GROUND[theme]} />}
        <link rel="icon" type="image/svg+xml" href={file("/favicon.svg")} />
        <link rel="manifest" href={file("/manifest.webmanifest")} />
        <link rel="stylesheet" href={file("/styles.css")} />
        {split !== "" && h("style", { dangerouslySetInnerHTML: { __html: split } })}
      </head>
      <body>
        <CannotRun words={words} />
        <Component />
      </body>
    </html>
  );
});
