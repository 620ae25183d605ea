#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build_project.sh PROJECT PREFIX WORK TOOLS [CONFIGURE-ARGUMENT...]
#
# Configures a copy of a project against the installed SDK alone, builds it, and runs its tests, of
# which there must be some.
set -euo pipefail

project=$1 prefix=$2 work=$3 tools=$4
shift 4
rm -rf -- "$work"
mkdir -p -- "$work/home"
cp -r -- "$project" "$work/source"
# What else is kept in the home directory by programs that build.
export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
cache=$(ccache --get-config cache_dir 2>/dev/null || true)
export HOME=$work/home XDG_CACHE_HOME=$work/cache CCACHE_DIR=${CCACHE_DIR:-$cache}
# The compilers that set-up installed before others that happen to be on PATH.
export PATH=$tools:/usr/bin:/bin:$PATH
launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_INSTALL_PREFIX="$work/installed" "${launcher[@]}" "$@"
cmake --build "$work/build"
ctest --test-dir "$work/build" --output-on-failure --no-tests=error
cmake --install "$work/build"
