#!/bin/bash
# build.sh OUT NODE NPM: makes OUT/page.cc of the dashboard. Without Node, or where its packages
# cannot be had, the program is built all the same, and the page says what is missing.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1 node=${2-} npm=${3-}
mkdir -p "$out"

# without WHY: a page that says so.
without() {
  echo "The dashboard is left out: $1" >&2
  cat >"$out/page.cc" <<END
#include "adapters/gateway/page.h"
namespace tranchet {
std::string_view dashboard_page() {
  return "<!DOCTYPE html><html lang=\\"en\\"><meta charset=\\"utf-8\\"><title>Tranchet</title>"
         "<body><h1>Tranchet</h1><p>This program was built without its dashboard: $1. Install "
         "Node.js 18 or newer with npm, and build again. The JSON is at /api/state.</p></body>"
         "</html>";
}
std::string_view dashboard_script_hash() { return ""; }
}  // namespace tranchet
END
  exit 0
}

[[ -x $node && -x $npm ]] || without "Node.js was not found"
# Packages go beside the build, never into the source.
work=$out/work
mkdir -p "$work"
cp "$source"/*.ts "$source"/*.css "$source"/*.html "$source"/*.mjs "$source"/*.json "$work"
cd "$work"
if ! cmp -s package-lock.json installed-lock.json; then
  "$npm" ci --no-audit --no-fund >"$out/npm.log" 2>&1 ||
    without "npm could not fetch its packages (see build/page/npm.log)"
  cp package-lock.json installed-lock.json
fi
"$node" bundle.mjs "$out/page.cc"
