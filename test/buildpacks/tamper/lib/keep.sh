#!/bin/bash
# keep.sh ATTACK: goes on with one attack until it is killed.
trap '' TERM INT HUP

# shellcheck source=SCRIPTDIR/image.sh
source "$CNB_BUILDPACK_DIR/lib/image.sh"
# shellcheck source=SCRIPTDIR/attacks.sh
source "$CNB_BUILDPACK_DIR/lib/attacks.sh"

while :; do
  "$1"
  sleep 0.02
done
