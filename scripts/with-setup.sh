#!/bin/sh
# Installs the locked dependencies if they are not there yet, then runs the command given.
# npm puts node_modules/.bin first on PATH, so `node` is the locked Node 24 from here on.
set -eu
cd "$(dirname "$0")/.."

wanted=$(cksum <package-lock.json)
stamp=node_modules/.installed-lock
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  echo "Installing dependencies (npm ci)"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  printf '%s\n' "$wanted" >"$stamp"
fi

PATH="$PWD/node_modules/.bin:$PATH"
export PATH
exec "$@"
