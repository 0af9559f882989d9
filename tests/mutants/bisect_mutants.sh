#!/usr/bin/env bash
# bisect_mutants.sh TRANCHET MUTANT_DECISIONS LIST LOG...: each mutant of the engine, one changed
# rule, against the program as it stands, on each log. Where they decide differently, `log bisect`
# must name the event at which the two lists of decisions part; else it must say that they do not.
set -euo pipefail
tranchet=$1 mutant=$2 list=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
found=0 same=0 crashed=0
for log in "$@"; do
  "$tranchet" log decisions "$log" >"$scratch/ours"
  for number in $(awk '$1 ~ /^[0-9]+$/ && $4 ~ /^engine\// { print $1 }' "$list"); do
    export TRANCHET_MUTANT=$number
    if ! "$mutant" log decisions "$log" >"$scratch/theirs" 2>/dev/null; then
      crashed=$((crashed + 1))  # An assertion of the engine sees it.
      continue
    fi
    # The first line that differs, on either side: the lower sequence of the two.
    expected=$({ diff "$scratch/ours" "$scratch/theirs" || true; } |
      awk '/^[<>]/ && !seen[$1]++ { if (!low || $2 < low) low = $2 } END { print low + 0 }')
    told=$("$tranchet" log bisect "$log" --against "$mutant" --json || true)
    case $told in
      '{"same":true}') named=0 same=$((same + 1)) ;;
      '{"same":false,"seq":'*)
        named=${told#*\"seq\":} named=${named%%,*} found=$((found + 1)) ;;
      *) echo "mutant $number, $log: bisect said: $told"; exit 1 ;;
    esac
    if [[ $named != "$expected" ]]; then
      echo "mutant $number, $log: bisect named $named, the decisions part at $expected"
      exit 1
    fi
  done
done
printf 'bisect: %s changed rules found at the right event, %s that decide nothing on these logs, ' \
  "$found" "$same"
printf '%s that stop by themselves\n' "$crashed"
((found >= 20))
