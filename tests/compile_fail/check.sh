#!/bin/sh
# check.sh FILE COMPILER FLAG...: FILE compiles as it stands, and not with -DFORBIDDEN. Without the
# first half a file that rots (a renamed header) would pass for ever.
file=$1
shift
if ! "$@" -fsyntax-only "$file"; then
  echo "$file: does not compile without -DFORBIDDEN" >&2
  exit 1
fi
if "$@" -fsyntax-only -DFORBIDDEN "$file" 2>/dev/null; then
  echo "$file: compiles with -DFORBIDDEN: the types no longer forbid it" >&2
  exit 1
fi
