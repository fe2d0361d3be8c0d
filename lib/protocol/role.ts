/**
 * - `owner`: whoever runs the server. May do everything.
 * - `guest`: somebody the owner gave a link to. Talks, and has conversations of its own.
 */
export type Role = "owner" | "guest";
