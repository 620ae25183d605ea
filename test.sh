#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up the machine (Debian 12), then builds and runs every test:
#
#   release   g++, everything
#   asan      clang with AddressSanitizer and UndefinedBehaviorSanitizer: labels unit and e2e
#   tsan      clang with ThreadSanitizer: label concurrent
#
#   ./test.sh [PRESET...] [CTEST-OPTION...]     ./test.sh asan -R suite
#
# One ctest runs them all, so that its closing line counts every test; each test's name begins with
# its preset. Not zero if a test failed, could not be run, or there was none.
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
. "$root/cmake/build.sh"

declare -A labels=([release]='' [asan]='^(unit|e2e)$' [tsan]='^concurrent$' [debug]='' [clang]='')
presets=()
while (($#)) && [[ $1 != -* ]]; do
  if [[ ! -v labels[$1] ]]; then
    printf 'test.sh: no preset %s; there are release, asan, tsan, debug and clang\n' "$1" >&2
    exit 2
  fi
  presets+=("$1")
  shift
done
((${#presets[@]})) || presets=(release asan tsan)

phase "set-up" "$root/cmake/setup.sh" --with-servers
trees=()
for preset in "${presets[@]}"; do
  phase "build $preset" build_preset "$preset"
  trees+=("$preset=$root/build/$preset=${labels[$preset]}")
done
phase "list of tests" "$root/build/python/bin/python" -I "$root/cmake/join_tests.py" \
  "$root/build/all" "${trees[@]}"

# Sanitizers print source lines only if they find the symbolizer that fits their compiler.
export PATH=$PATH:/usr/lib/llvm-16/bin
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
exec ctest --test-dir "$root/build/all" --output-on-failure --no-tests=error \
  --parallel "$(nproc)" "$@"
