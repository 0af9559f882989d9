#!/bin/bash
# What counts, out of what the benchmarks have printed (a file), beside the limit of the same run
# and what the field's engines do on the same rule:
#
#   tests/bench/table.sh OUTPUT
set -euo pipefail
awk '
  # A line of rates: name, M/s, ns, share of the limit.
  /^== / { program = $2; section = ""; next }
  /^[^ ]/ { section = $0; next }
  / M\/s / {
    name = $0
    sub(/ +[0-9.]+ M\/s.*/, "", name)
    sub(/^ +/, "", name)
    rate = $0
    sub(/ M\/s.*/, "", rate)
    sub(/.* /, "", rate)
    key = program "|" name
    if (section ~ / 0\.1 bp/) key = key "|0.1"
    rates[key] = rate
    share = $NF == "%" ? $(NF - 1) : ""
    shares[key] = share
  }
  function row(what, key, goal, field, command) {
    if (!(key in rates)) return
    limit = shares[key] > 0 ? sprintf("%.0f", rates[key] * 100 / shares[key]) : ""
    printf "%-44s %11.1f %9s %8s  %-28s build/%s\n", what, rates[key], limit, goal, field, command
  }
  END {
    printf "%-44s %11s %9s %8s  %-28s %s\n", "M/s, one core", "ours", "limit", "goal", "the field",
      "again"
    tape = "bench_tape"; band = "bench_band"; sweep = "bench_sweep"; replay = "bench_replay"
    row("aggTrades CSV into a tape, rows", tape "|imported into a tape", 20, "", tape)
    row("tape, all columns and checksums, ticks", tape "|scan: checksums, times, prices, sizes",
      300, "FLOX, its tape: 0.8 to 10", tape)
    row("event by event, ticks", band "|lane, price by price|0.1", 75, "FLOX, in memory: 37", band)
    row("jumping, 1 bp a tick, ticks", band "|lane, from event to event", 500,
      "hftbacktest: 1.4", band)
    row("jumping, 0.1 bp a tick, ticks", band "|lane, from event to event|0.1", 10000, "", band)
    row("minute bars, both orders, bars", band "|lanes, from event to event", 20,
      "FLOX, one order: 15.5", band)
    row("sweep of 64, 1 bp, tick-parameters", sweep "|sweep, one job", 1000,
      "FLOX, its grid: 39", sweep)
    row("sweep of 64, 0.1 bp, tick-parameters", sweep "|sweep, one job|0.1", 1000,
      "vectorbt: 6.8 bars", sweep)
    row("replay of a log, verified, events",
      replay "|replay with verification of the digests", 10, "", replay)
  }
' "${1:?usage: $0 OUTPUT}"
