#!/bin/bash
# run.sh PROGRAM FOLDER: the client library of package.json against `tranchet venue fyers`.
# Installs it from npm into FOLDER; prints lines of "passed: WHAT" and "failed: WHAT".
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
printf 'date,open,high,low,close,volume\n2023-07-03 09:15:00+05:30,600,600,600,600,4000\n' >sbin.csv
printf 'Instrument,Date,Time,Open,High,Low,Close\nNIFTY,20230703,09:15,19000,19000,19000,19000\n' \
  >nifty.csv
"$program" venue fyers --listen 127.0.0.1:0 --tape NSE:SBIN-EQ=sbin.csv \
  --tape NSE:NIFTY50-INDEX=nifty.csv --control >venue.log 2>venue.errors &
venue=$!
trap 'kill "$venue" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  address=$(sed -n 's/^listening on http:\/\///p' venue.log)
  [[ -n $address ]] && break
  kill -0 "$venue" 2>/dev/null || break
  sleep 0.1
done
[[ -n $address ]] || {
  echo "failed: the venue does not listen: $(tail -n 1 venue.errors)"
  exit 1
}
for test in *_test.mjs; do
  TZ=Asia/Kolkata NO_PROXY=127.0.0.1 node "$test" "$address" || true
done
