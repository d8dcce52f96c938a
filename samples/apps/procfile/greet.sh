#!/bin/sh
# Greets once and, with a number as argument, again after so many seconds, until it is told to stop.
set -eu

trap 'echo "Bye"; exit 0' TERM INT
echo "Hello from Cloud Native Buildpacks"
while [ $# -gt 0 ]; do
  sleep "$1" &
  wait $!
  echo "Still here"
done
