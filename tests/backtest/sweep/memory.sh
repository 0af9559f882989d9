#!/bin/bash
# Sweeps over data of ten times the memory that the program may have:
#
#   tests/backtest/sweep/memory.sh PROGRAM [LIMIT_IN_MB]
#
# Over a CSV file within LIMIT_IN_MB of addresses. Over the tape made of it within a tenth of the
# tape's size of memory: a tape is mapped whole, which takes addresses but no memory, so what limits
# it is a cgroup. A line for each; the second says so where no such group can be made.
set -euo pipefail
program=$(realpath "${1:?usage: $0 PROGRAM}")
limit=${2:-128}
source=$(dirname "$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")")
folder=$(mktemp -d)
group=
leave() {
  rm -rf "$folder"
  [[ -z $group ]] || rmdir "$group"
}
trap leave EXIT

# Trades around 100, one a second, of sizes that no column makes narrow, until there are enough.
awk -v bytes=$((limit * 10 * 1024 * 1024)) 'BEGIN {
  print "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
  seed = 1; price = 100000
  for (id = 1; size < bytes; ++id) {
    seed = (seed * 16807) % 2147483647
    price += seed % 41 - 20
    if (price < 50000) price += 40
    line = sprintf("%d,%.3f,%d.%08d,%d,%d,%d000,true", id, price / 1000, 1 + seed % 8999,
                   seed % 99999989, id, id, 1767225600 + id)
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

# sweep DATA OUT
sweep() {
  exec "$program" sweep --data "$folder/$1" --instrument DEMOUSDT \
    --config "$source/data/example.toml" --set strategy.cooldown=7d --grid "$folder/grid.toml" \
    --out "$folder/$2" >&2
}

(
  ulimit -v $((limit * 1024))
  sweep history.csv csv.sqlite
)
bytes=$(stat -c %s "$folder/history.csv")
echo "a sweep of $((bytes >> 20)) MB of trades within $limit MB of addresses"

"$program" import --data "$folder/history.csv" --instrument DEMOUSDT \
  --into "$folder/history.tape" >&2
bytes=$(stat -c %s "$folder/history.tape")
# A memory group of cgroup v2 or v1.
for root in /sys/fs/cgroup /sys/fs/cgroup/memory; do
  group=$root/tranchet-memory-$$
  mkdir "$group" 2>/dev/null || { group= && continue; }
  for file in memory.max memory.limit_in_bytes; do
    if [[ -f $group/$file ]] && echo $((bytes / 10)) >"$group/$file"; then break 2; fi
  done
  rmdir "$group"
  group=
done
if [[ -z $group ]]; then
  echo "SKIPPED: the sweep of a tape: no memory cgroup can be made here"
  exit
fi
[[ ! -f $group/memory.swap.max ]] || echo 0 >"$group/memory.swap.max"
(
  echo "$BASHPID" >"$group/cgroup.procs"
  sweep history.tape tape.sqlite
)
cmp "$folder/csv.csv" "$folder/tape.csv"
echo "a sweep of a tape of $((bytes >> 20)) MB within $((bytes / 10 >> 20)) MB of memory:" \
  "the same results"
