#!/bin/bash
# generate.sh FOLDER [COUNT] [SEED]: so many made-up patients (20, seed 4711) as transaction bundles, patient-NN.json in FOLDER,
# with what they refer to in hospital.json and practitioner.json. The same seed gives the same bytes. The first run fetches
# Synthea (https://github.com/synthetichealth/synthea, Apache-2.0) from Maven Central.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 count=${2:-20} seed=${3:-4711}
work=${SYNTHEA_WORK:-$HOME/.cache/fhir-case/synthea}
mkdir -p "$work" "$folder"
if [ ! -f "$work/lib/.ok" ]; then
  mvn -B -q -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$work/lib" >&2
  touch "$work/lib/.ok"
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
(cd "$out" && java -cp "$work/lib/*" App -p "$count" -s "$seed" -cs "$seed" -r 20260101 -e 20260101 \
  --exporter.baseDirectory="$out" --exporter.years_of_history=5 Massachusetts) >"$out/log" 2>&1 || { tail "$out/log" >&2; exit 1; }
mv "$out"/fhir/hospitalInformation*.json "$folder/hospital.json"
mv "$out"/fhir/practitionerInformation*.json "$folder/practitioner.json"
n=0
for file in "$out"/fhir/*.json; do
  mv "$file" "$folder/patient-$(printf %02d $n).json"
  n=$((n + 1))
done
