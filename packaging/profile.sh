#!/bin/bash
# profile.sh PROGRAM: what people run for hours, in seconds, so that a program which counts what
# runs (TRANCHET_PROFILE=write) can tell the compiler what to lay close together. Nothing is kept of
# it but those counts.
set -euo pipefail
program=$(realpath "$1")
data=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../data")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# walk FIRST ROWS: trades of a coin that does not exist, ten a second, each one tick from the last.
# The generator is that of Park and Miller, whose products a double holds exactly.
walk() {
  awk -v cents="$1" -v rows="$2" 'BEGIN {
    print "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
    state = 20260105
    for (row = 0; row < rows; ++row) {
      state = state * 16807 % 2147483647
      cents += state % 2 ? 1 : -1
      printf "%d,%d.%02d,0.5,%d,%d,%.0f,%s\n", row, cents / 100, cents % 100, row, row,
             1767225600000 + row * 100, state % 3 ? "true" : "false"
    }
  }'
}

run() { "$program" "$@" >>output 2>&1 || { cat output >&2; exit 1; }; }

walk 10000 600000 >lively.csv     # 100.00: a tick is a basis point, so that much happens,
walk 200000 600000 >calm.csv      # and 2000.00, where it is a twentieth.
cat >lively.toml <<'E2'
[parameters]
defaults.take_profit_pct = [0.3, 0.5, 0.9]
defaults.stop_loss_pct = [0.3, 0.6]
defaults.max_tranches = [2, 5]
[statistics]
period = "0h"
E2
sed 's/0\.3/0.12/; s/0\.5/0.2/; s/0\.9/0.4/; s/\[0\.3, 0\.6\]/[0.15, 0.25]/' lively.toml >calm.toml
refill=(strategy.name=refill strategy.side=long defaults.tranche_increment_pct=-100
  defaults.trade_value=1000 defaults.max_position_value=1000000 defaults.max_total_value=1000000
  simulation.initial_balance=1000000)
for market in lively calm; do
  run import --data $market.csv --instrument WALKUSDT --into $market.tape
  run sweep --data $market.tape --config "$data/example.toml" --grid $market.toml --jobs 1 \
    --out $market-sweep.sqlite --set "${refill[@]}"
  alone=(backtest --data "$market.tape" --config "$data/example.toml"
    --set "${refill[@]}" defaults.take_profit_pct=0.4 defaults.stop_loss_pct=0.4)
  run "${alone[@]}" backtest.skip=off --out $market.every
  run "${alone[@]}" --out $market.run --log $market.log
  run replay $market.log --verify
done
for interval in 1m 5m; do
  run backtest --data "$data/sample.csv" --instrument DEMOUSDT --config "$data/example.toml" \
    --out sample-$interval --log sample-$interval.log --set strategy.cooldown=$interval
  run replay sample-$interval.log --verify
done
