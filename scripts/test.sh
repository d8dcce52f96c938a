#!/bin/sh
# Everything `npm test` does: dependencies, the bench with the real tools, then all test projects.
# Arguments go to vitest: npm test -- --project unit
set -eu
cd "$(dirname "$0")/.."
sh scripts/with-setup.sh node test/bench/setup.ts
exec sh scripts/with-setup.sh vitest run --reporter=default --reporter=json --outputFile=.cache/test-results.json "$@"
