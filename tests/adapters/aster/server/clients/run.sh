#!/bin/bash
# run.sh PROGRAM FOLDER: the client libraries of package.json against `tranchet venue aster`.
# Installs them from npm into FOLDER; prints lines of "passed: WHAT" and "failed: WHAT".
set -euo pipefail
program=$(realpath "$1")
folder=$2
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
mkdir -p "$folder"
cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs "$folder"
cd "$folder"
npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
  echo "failed: npm ci: $(tail -n 1 npm.log)"
  exit 1
}
printf 'time,open,high,low,close,volume\n1767571200,42.001,42.001,42,42,1\n' >tape.csv
TMPDIR=$PWD "$program" venue aster --listen 127.0.0.1:0 --tape DEMOUSDT=tape.csv --speed 100 \
  --control >venue.log 2>venue.errors &
venue=$!
trap 'kill "$venue" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  address=$(sed -n 's/^listening on https:\/\/127.0.0.1:/https:\/\/localhost:/p' venue.log)
  [[ -n $address ]] && break
  kill -0 "$venue" 2>/dev/null || break
  sleep 0.1
done
[[ -n $address ]] || {
  echo "failed: the venue does not listen: $(tail -n 1 venue.errors)"
  exit 1
}
certificate=$(sed -n 's/^certificate //p' venue.log)
for test in *_test.mjs; do
  NODE_EXTRA_CA_CERTS=$certificate node "$test" "$address" || true
done
