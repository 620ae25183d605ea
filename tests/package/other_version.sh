#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# other_version.sh PREFIX WORK: find_package takes 1 and 1.0, and neither 2 nor 0.
set -euo pipefail

prefix=$1 work=$2
mkdir -p -- "$work/source"
cat >"$work/source/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(version LANGUAGES CXX)
find_package(sharkreg ${WANTED} REQUIRED)
CMAKE
for wanted in 1 1.0 2 0 1.99; do
  rm -rf -- "$work/build"
  found=yes
  cmake -S "$work/source" -B "$work/build" -DWANTED="$wanted" -DCMAKE_PREFIX_PATH="$prefix" \
    >"$work/log" 2>&1 || found=no
  printf '%s: %s\n' "$wanted" "$found"
  [[ $wanted == 1 || $wanted == 1.0 ]] && expected=yes || expected=no
  [[ $found == "$expected" ]] || { cat -- "$work/log"; exit 1; }
done
