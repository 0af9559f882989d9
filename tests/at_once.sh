#!/bin/sh
# Runs a GoogleTest program whose tests wait more than they work, several of them at a time:
#
#   tests/at_once.sh PROCESSES PROGRAM
#
# Each process takes its share of the tests; what one has printed comes when all have ended.
set -u
processes=$1
program=$2
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT

children=
share=0
while [ "$share" -lt "$processes" ]; do
  GTEST_TOTAL_SHARDS=$processes GTEST_SHARD_INDEX=$share "$program" >"$outputs/$share" 2>&1 &
  children="$children $!"
  share=$((share + 1))
done

status=0
for child in $children; do
  wait "$child" || status=1
done
cat "$outputs"/*
exit "$status"
