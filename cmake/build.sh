# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What run.sh and test.sh share; they source this file. Needs $root, the directory of the checkout.

# phase NAME COMMAND...: runs a part of the whole and says how long it took. When it fails, the
# script ends with status 3, which is sharkreg's own for "could not find out".
phase() {
  local name=$1 started=${EPOCHREALTIME/[.,]/} status=0 took result="done"
  shift
  "$@" || status=$?
  ((status)) && result="failed with status $status"
  took=$((${EPOCHREALTIME/[.,]/} - started))
  printf '== %s: %s, %d.%d s\n' "$name" "$result" $((took / 1000000)) $((took / 100000 % 10)) >&2
  ((status == 0)) || exit 3
}

# build_preset PRESET: configures build/PRESET if that was never done, or with other presets, and
# brings it up to date. All goes to standard error, which leaves standard output to sharkreg. On a
# terminal ninja shows its progress; elsewhere it speaks only of problems.
build_preset() {
  # shellcheck disable=SC2154
  local tree=$root/build/$1 quiet=() target=()
  [[ -t 2 ]] || quiet=(--quiet)
  if [[ ! -f $tree/build.ninja || $root/CMakePresets.json -nt $tree/build.ninja ]]; then
    cmake -S "$root" --preset "$1" -B "$tree" >/dev/null || return
  fi
  # The thread sanitizer is for the concurrent tests alone; building the rest would only take time.
  [[ $1 != tsan ]] || target=(--target sharkreg_concurrent_tests)
  cmake --build "$tree" "${target[@]}" -- "${quiet[@]}" >&2
}
