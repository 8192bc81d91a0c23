#!/bin/bash
# start.sh [PORT]: Medplum's router on http://127.0.0.1:PORT/fhir/R4 (PORT: 18090), in the foreground, data in memory only.
#   MEDPLUM_WORK   where npm installs its packages     (~/.cache/fhir-case/medplum)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${MEDPLUM_WORK:-$HOME/.cache/fhir-case/medplum}
mkdir -p "$work"
if ! cmp -s "$here/package.json" "$work/installed.json"; then
  cp "$here/package.json" "$work/package.json"
  npm install --prefix "$work" --no-audit --no-fund --loglevel=error >&2
  cp "$here/package.json" "$work/installed.json"
fi
# A module finds its packages beside itself, so it runs from where they are.
cp "$here/server.mjs" "$work/server.mjs"
exec node --experimental-websocket "$work/server.mjs" "${1:-18090}"
