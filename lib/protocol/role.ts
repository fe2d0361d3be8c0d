/**
 * - `owner`: whoever runs the server. May do everything.
 * - `guest`: somebody the owner gave a link to, or anybody where everybody is let in. Talks, and has conversations of its own.
 */
export type Role = "owner" | "guest";
