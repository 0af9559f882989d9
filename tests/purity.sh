#!/bin/bash
# purity.sh [--self-test COMPILER] ARCHIVE...: what the pure core may ask of the rest of the world,
# by symbol. Whatever is undefined in the archives and is not on this list is named and fails; so
# does a variable that can change, because state outside State would not replay.
set -euo pipefail

allowed=(
  # Ours.
  'tranchet::.*'
  '(typeinfo|vtable|guard variable) for tranchet::.*'
  # Memory, and the C functions that compilers put in its place.
  'operator (new|delete)(\[\])?\(.*' 'std::nothrow'
  'mem(cpy|move|set|cmp|chr)' 'bcmp' 'strlen' '__mem(cpy|move|set)_chk'
  # Containers and text of the library. None of them hashes, prints or looks at a clock.
  'std::_Rb_tree_.*' 'std::__detail::_List_node_base::.*'
  'std::__throw_.*' 'std::__glibcxx_assert_fail\(.*'
  'std::(__cxx11::)?basic_string<char, .*' 'std::__cxx11::to_string\(.*'
  'std::bad_variant_access::.*' '(typeinfo|vtable) for std::(bad_variant_access|exception)'
  'std::(from|to)_chars.*' '__u?(div|mod|divmod)ti[34]' '__popcountdi2'
  # Frames and exceptions of the library, which leave as an abort.
  '__stack_chk_fail' '_Unwind_Resume' '__gxx_personality_v0' '__cxa_(begin|end)_catch'
  '__cxa_(rethrow|throw_bad_array_new_length|pure_virtual)'
  'std::terminate\(\)' '_GLOBAL_OFFSET_TABLE_' 'abort'
)
# The one file that speaks before it dies.
allowed_in_ensure=('fprintf' '__fprintf_chk' 'stderr' 'fwrite')

joined() {
  local IFS='|'
  printf '^(%s)$' "$*"
}

# check ARCHIVE: prints what it must not contain, and fails if there is any.
check() {
  local archive=$1 listing found
  listing=$(nm -A -C --undefined-only "$archive")
  [[ -n $listing ]] || {
    echo "purity: $archive holds no symbols: is it the right file?"
    return 1
  }
  # A line: ARCHIVE:MEMBER:                 U SYMBOL
  found=$(sed -E 's/^([^ ]+): +[Uwv] (.*)$/\1 \2/' <<<"$listing" |
    while read -r member symbol; do
      member=${member##*[:/]}
      [[ $symbol =~ $2 ]] && continue
      [[ $member == ensure.cc.o && $symbol =~ $3 ]] && continue
      echo "purity: $member asks for: $symbol"
    done)
  # Sections that can be written after start-up. (.data.rel.ro cannot; GCC 12 puts constexpr tables
  # that hold addresses into .data.rel.local.)
  found+=$(nm -A -C -f sysv --defined-only "$archive" | grep -E '\|\.t?(data|bss)(\..*)? *$' |
    grep -vE '\|\.data\.(rel|DW\.ref)\.' | tr -s ' ' |
    sed -E 's/^([^|]*)\|.*\|([^|]*)$/\npurity: a variable that can change: \1 (\2)/' || true)
  [[ -z $found ]] && return
  printf '%s\n' "$found"
  return 1
}

# The fence must see a clock, a hash and a counter that someone planted.
self_test() {
  local compiler=$1 number=0 planted
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  while read -r planted; do
    number=$((number + 1))
    printf '#include <chrono>\n#include <cstdlib>\n#include <string>\n%s\n' "$planted" \
      >"$folder/$number.cc"
    "$compiler" -std=c++23 -O2 -c "$folder/$number.cc" -o "$folder/$number.o"
    if check "$folder/$number.o" "$2" "$3" >"$folder/said"; then
      echo "purity: not caught: $planted"
      return 1
    fi
  done <<'END'
long f() { return std::chrono::system_clock::now().time_since_epoch().count(); }
std::size_t f(const std::string& text) { return std::hash<std::string>()(text); }
int f() { static int count = 0; return ++count; }
const char* f() { return std::getenv("HOME"); }
END
  printf '#include <string>\nstd::string f(std::string a) { return a + "b"; }\n' \
    >"$folder/pure.cc"
  "$compiler" -std=c++23 -O2 -c "$folder/pure.cc" -o "$folder/pure.o"
  check "$folder/pure.o" "$2" "$3"
}

pattern=$(joined "${allowed[@]}")
ensure_pattern=$(joined "${allowed_in_ensure[@]}")
status=0
if [[ ${1-} == --self-test ]]; then
  self_test "$2" "$pattern" "$ensure_pattern" || status=1
  shift 2
fi
for archive in "$@"; do
  check "$archive" "$pattern" "$ensure_pattern" || status=1
done
exit "$status"
