/** The mark: a speech bubble with ears. The same drawing as `static/favicon.svg`. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path
        class="logo-body"
        d="M5 5.2c0-1.2 1.4-1.8 2.3-1L11 7.6a16 16 0 0 1 10 0l3.7-3.400c.9-.8 2.3-.2 2.3 1V16c0 6-4.9 9.5-11 9.5-1.2 0-2.3-.1-3.4-.4l-4.3 3.200c-.7.5-1.6 0-1.6-.8v-4.700A9 9 0 0 1 5 17z"
      />
      <path
        class="logo-face"
        d="M11.3 14.200v2.200M20.7 14.200v2.200M13.2 19.200c1.7 1.5 3.9 1.5 5.6 0"
      />
    </svg>
  );
}
