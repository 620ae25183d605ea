#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pkg_config.sh PREFIX PROJECT
#
# Builds a plugin with one command, by what pkg-config says, and has the checker look at it.
set -euo pipefail

prefix=$1 project=$2
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
# pkg-config writes blanks as a shell would, so its answer is read by one. It does not so with quotes,
# hence another name for a prefix that may have some.
ln -s -- "$prefix" "$work/the prefix"
export PKG_CONFIG_PATH="$work/the prefix/share/pkgconfig"
[[ $(pkg-config --modversion sharkreg) == 1.* ]]
eval "flags=($(pkg-config --cflags sharkreg)) libraries=($(pkg-config --libs sharkreg))"
g++ -std=c++17 "${flags[@]}" "$project/bitwise.cpp" -o "$work/libbitwise.so" "${libraries[@]}"
"$prefix/bin/sharkreg-conformance" "$work/libbitwise.so"
