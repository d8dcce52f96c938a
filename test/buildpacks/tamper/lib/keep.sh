#!/bin/bash
# keep.sh ATTACK: waits until the lifecycle has written its report, then goes on with one attack until it is killed.

# shellcheck source=SCRIPTDIR/image.sh
source "$CNB_BUILDPACK_DIR/lib/image.sh"
# shellcheck source=SCRIPTDIR/attacks.sh
source "$CNB_BUILDPACK_DIR/lib/attacks.sh"

until [[ -e $layers/report.toml ]]; do sleep 0.002; done
while :; do
  "$1"
  sleep 0.01
done
