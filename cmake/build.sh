# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What run.sh and test.sh share; they source this file. Needs $root, the directory of the checkout.

# phase NAME COMMAND...: runs a part of the whole and says how long it took; ends the script with
# the command's status when it fails.
phase() {
  local name=$1 started=${EPOCHREALTIME/[.,]/} status=0 took result=done
  shift
  "$@" || status=$?
  ((status)) && result="failed with status $status"
  took=$((${EPOCHREALTIME/[.,]/} - started))
  printf '== %s: %s, %d.%d s\n' "$name" "$result" $((took / 1000000)) $((took / 100000 % 10)) >&2
  ((status == 0)) || exit "$status"
}

# build_preset PRESET: configures build/PRESET if that was never done, or with other presets, and
# brings it up to date. On a terminal ninja shows its progress; elsewhere it speaks only of problems.
build_preset() {
  local tree=$root/build/$1 quiet=()
  [[ -t 1 ]] || quiet=(--quiet)
  if [[ ! -f $tree/build.ninja || $root/CMakePresets.json -nt $tree/build.ninja ]]; then
    cmake -S "$root" --preset "$1" -B "$tree" --log-level=WARNING || return
  fi
  cmake --build "$tree" -- "${quiet[@]}"
}
