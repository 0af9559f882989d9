#!/bin/sh
# copyright.sh OURS THEIRS...: one document of what they say.
set -e
cat "$1"
shift
for file in "$@"; do
  library=${file%/copyright}
  printf '\n==== %s\n\n' "${library##*/}"
  cat "$file"
done
