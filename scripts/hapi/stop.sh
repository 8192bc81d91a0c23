#!/bin/bash
# stop.sh [PORT]: ends the server that start.sh started on PORT (8080), and waits until it is gone.
set -euo pipefail
data=${HAPI_WORK:-$HOME/.cache/fhir-case/hapi}/data-${1:-8080}
[ -f "$data/pid" ] || exit 0
pid=$(cat "$data/pid")
kill "$pid" 2>/dev/null || true
for _ in $(seq 1 60); do
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.5
done
rm -f "$data/pid"
