#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# other_compiler_test.sh SOURCE-DIRECTORY BUILD-DIRECTORY WORK-DIRECTORY
#
# Builds the built-in plugins with clang 19 and libc++ and puts them beside the programs of a build
# by another compiler. That host must take all of them, and use all four interfaces in one run:
# fetch, choose a tuner file, compile for two backends, run on the processor and compare.
set -euo pipefail

source=$1 build=$2 work=$3

fail() {
  printf 'other_compiler_test.sh: %s\n' "$*" >&2
  exit 1
}

command -v clang++-19 >/dev/null || fail "needs clang++-19 and libc++-19-dev; cmake/setup.sh installs them"
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSHARKREG_BUILD_TESTS=OFF \
  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_CXX_FLAGS=-stdlib=libc++ >/dev/null
cmake --build "$work/build" --target sharkreg_plugins -- --quiet

# The host looks for everything relative to its own program.
host=$work/host
rm -rf -- "$host"
mkdir -p -- "$host/bin" "$host/libexec" "$host/lib/sharkreg"
cp -- "$build/bin/sharkreg" "$host/bin/"
cp -r -- "$build/libexec/sharkreg" "$host/libexec/"
cp -r -- "$work/build/lib/sharkreg/plugins" "$host/lib/sharkreg/"
ln -s -- "$(readlink -f -- "$build/lib/sharkreg/tools")" "$host/lib/sharkreg/tools"

export HOME=$work/home XDG_CACHE_HOME=$work/cache
unset SHARKREG_PLUGIN_PATH
mkdir -p -- "$HOME"
rm -rf -- "$XDG_CACHE_HOME"

for plugin in "$host"/lib/sharkreg/plugins/*.so; do
  ! ldd "$plugin" | grep -E 'libstdc\+\+|libc\+\+' || fail "$plugin needs a C++ library of the system"
done
listing=$("$host/bin/sharkreg" plugins)
printf '%s\n' "$listing"
plugins=$(find "$host/lib/sharkreg/plugins" -name '*.so' | wc -l)
((plugins >= 5)) || fail "only $plugins plugins were built"
accepted=$(grep -c 'accepted: .*clang 19.*libc++' <<<"$listing" || true)
((accepted == plugins)) || fail "$accepted of $plugins plugins were accepted"

"$host/bin/sharkreg" --tests-dir="$source/tests/programs" --model=tuning | tee "$work/report"
results=$(find "$XDG_CACHE_HOME/sharkreg/runs" -name results.jsonl)
for wanted in '"compile cpu".*"pass"' '"run cpu".*"pass"' '"compile rocm gfx942".*"pass"'; do
  grep -Eq "$wanted" "$results" || fail "no event like $wanted in $results"
done
grep -q 'tuner file' "$results" || fail "no tuner file was chosen"
