#!/usr/bin/env sh
# Starts the character, with Deno where it is installed, else with the Deno that npm brings.
set -eu
cd "$(dirname "$0")"
# At a terminal Deno draws one bar; elsewhere it would name every package on a line of its own.
quiet=
if [ ! -t 2 ]; then
  quiet=--quiet
  [ -d node_modules ] || echo "Fetching the packages that the program runs on …" >&2
fi
if command -v deno >/dev/null 2>&1; then
  exec deno task $quiet start "$@"
elif command -v npx >/dev/null 2>&1; then
  exec npx -y deno task $quiet start "$@"
fi
echo "This needs Deno (https://deno.com) or Node.js (https://nodejs.org): install one of them and run this again." >&2
exit 1
