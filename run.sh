#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up the machine (Debian 12), builds the release preset and runs the main job: does Google's
# Magika model compile for the CPU and for an AMD GPU, run, and give the numbers of ONNX Runtime?
#
#   ./run.sh [OPTION...]     options are passed on: ./run.sh --rocm-chip=gfx90a --junit report.xml
#
# The exit status is sharkreg's; 3 when the set-up or the build does not succeed.
set -euo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
. "$root/cmake/build.sh"

phase "set-up" "$root/cmake/setup.sh"
phase "build" build_preset release
exec "$root/build/release/bin/sharkreg" --model=magika "$@"
