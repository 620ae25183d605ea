#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# debian.sh BUILD-DIRECTORY WORK PROJECT
#
# Makes both Debian packages, installs them into a root of their own with dpkg, builds a plugin
# against the SDK there and has the host there use it. dpkg runs without the dependencies of that
# root being in it (--force-depends): the programs run here, where they are.
set -euo pipefail

build=$1 work=$2 project=$3
rm -rf -- "$work"
mkdir -p -- "$work/root/var/lib/dpkg"
touch -- "$work/root/var/lib/dpkg/status"
(cd -- "$work" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/packages" >/dev/null)
packages=("$work"/packages/*.deb)
((${#packages[@]} == 2)) || { printf 'debian.sh: %d packages\n' "${#packages[@]}" >&2; exit 1; }

for package in "${packages[@]}"; do
  dpkg-deb --info "$package"
  dpkg-deb --field "$package" Version | grep -Eq '^[0-9.]+~rc'
done
host=("$work"/packages/sharkreg_*.deb)
# What the programs need was found by dpkg-shlibdeps, not written down.
dpkg-deb --field "${host[0]}" Depends | tee "$work/depends"
grep -q 'libboost-json1\.' "$work/depends"
grep -q 'libc6' "$work/depends"

if ((EUID == 0)); then
  dpkg --root="$work/root" --force-depends --force-script-chrootless --log="$work/dpkg.log" \
    --install "${packages[@]}" 2>"$work/dpkg.err" || { cat -- "$work/dpkg.err" >&2; exit 1; }
else
  # Files can be given to root by root alone, so others only unpack.
  for package in "${packages[@]}"; do dpkg-deb --extract "$package" "$work/root"; done
fi

prefix=$work/root/usr
cmake -S "$project" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/build" >/dev/null
export HOME=$work XDG_CACHE_HOME=$work/cache
"$prefix/bin/sharkreg" plugins --comparator-plugin="$work/build/libbitwise.so" | tee "$work/listing"
grep -q 'accepted: bitwise' "$work/listing"
"$prefix/bin/sharkreg-conformance" "$work/build/libbitwise.so"
