#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# compile_headers.sh c|cxx COMPILER STANDARD each|together INCLUDE-DIRECTORY
#
# Compiles the headers of the SDK, for C those of the C ABI: each alone, or all of them in one file.
# Every header is included twice, which tries its guard.
set -euo pipefail

language=$1 compiler=$2 standard=$3 how=$4 include=$5
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
case $language in
  c) headers=("$include"/sharkreg/*_abi.h) dialect=c warnings+=(-Wstrict-prototypes) ;;
  cxx) headers=("$include"/sharkreg/*.h) dialect=c++ warnings+=(-Wnon-virtual-dtor) ;;
esac
[[ -e ${headers[0]} ]] || { printf 'no header in %s\n' "$include" >&2; exit 1; }

compile() {
  printf '#include <%s>\n' "${@#"$include"/}" "${@#"$include"/}" |
    "$compiler" -std="$standard" "${warnings[@]}" -fsyntax-only -I "$include" -x "$dialect" -
}

failed=0
if [[ $how == together ]]; then
  compile "${headers[@]}" || failed=1
else
  for header in "${headers[@]}"; do
    compile "$header" || { printf '%s does not compile alone\n' "$header" >&2; failed=1; }
  done
fi
printf '%d headers with %s as %s, %s\n' "${#headers[@]}" "$compiler" "$standard" "$how"
exit $failed
