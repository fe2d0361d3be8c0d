#!/usr/bin/env sh
# Starts the character, with Deno where it is installed, else with the Deno that npm brings.
set -eu
cd "$(dirname "$0")"
if command -v deno >/dev/null 2>&1; then
  exec deno task start "$@"
elif command -v npx >/dev/null 2>&1; then
  exec npx -y deno task start "$@"
fi
echo "This needs Deno (https://deno.com) or Node.js (https://nodejs.org): install one of them and run this again." >&2
exit 1
