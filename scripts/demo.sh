#!/bin/sh
# A real build of a sample app: no registry account, nothing from the internet but packages. See scripts/demo.ts.
set -eu
cd "$(dirname "$0")/.."
sh scripts/with-setup.sh node test/bench/setup.ts demo
exec sh scripts/with-setup.sh node scripts/demo.ts
