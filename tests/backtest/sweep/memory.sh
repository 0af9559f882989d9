#!/bin/bash
# A sweep over data of ten times the memory that the program may have:
#
#   tests/backtest/sweep/memory.sh PROGRAM [LIMIT_IN_MB]
set -euo pipefail
program=$(realpath "${1:?usage: $0 PROGRAM}")
limit=${2:-128}
source=$(dirname "$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Trades around 100, one a second, until there are enough bytes.
awk -v bytes=$((limit * 10 * 1024 * 1024)) 'BEGIN {
  print "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
  seed = 1; price = 100000
  for (id = 1; size < bytes; ++id) {
    seed = (seed * 16807) % 2147483647
    price += seed % 41 - 20
    if (price < 50000) price += 40
    line = sprintf("%d,%.3f,0.500,%d,%d,%d000,true", id, price / 1000, id, id, 1767225600 + id)
    size += length(line) + 1
    print line
  }
}' >"$folder/history.csv"
cat >"$folder/grid.toml" <<'END'
[parameters]
defaults.take_profit_pct = [2, 4]
defaults.stop_loss_pct = [5, 9]
[statistics]
period = "24h"
END
(
  ulimit -v $((limit * 1024))
  "$program" sweep --data "$folder/history.csv" --instrument DEMOUSDT \
    --config "$source/data/example.toml" --set strategy.cooldown=7d --grid "$folder/grid.toml" \
    --out "$folder/out.sqlite"
)
bytes=$(stat -c %s "$folder/history.csv")
echo "a sweep of $((bytes >> 20)) MB of trades within $limit MB of addresses"
