#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# debian.sh BUILD-DIRECTORY WORK PROJECT PROGRAMS TOOLS
#
# Makes both Debian packages and looks into them: permissions, dependencies, copyright, changelog.
# Then installs them into a root of their own with dpkg, first the SDK alone, with which a plugin is
# built and checked, then the host, which uses that plugin, runs a model and writes a project for a
# further plugin. dpkg runs without the dependencies of that root being in it (--force-depends): the
# programs run here, where they are.
set -euo pipefail

build=$1 work=$2 project=$3 programs=$4 tools=$5
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
die() { printf 'debian.sh: %s\n' "$*" >&2; exit 1; }

rm -rf -- "$work"
mkdir -p -- "$work/root/var/lib/dpkg" "$work/unpacked"
touch -- "$work/root/var/lib/dpkg/status"
# With a umask that would keep others out of what is installed, if it counted.
(cd -- "$work" && umask 077 &&
  cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/packages" >/dev/null)
packages=("$work"/packages/*.deb)
((${#packages[@]} == 2)) || die "${#packages[@]} packages"
host=("$work"/packages/sharkreg_*.deb) sdk=("$work"/packages/sharkreg-dev_*.deb)

# The Debian package here that has a shared library of the architecture that is built for.
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
owner_of() {
  { dpkg -S "*/$multiarch/$1" || die "no Debian package has $1"; } |
    awk -F: '!/^diversion by/ && !found++ { print $1 }'
}

# Fails unless PACKAGE, unpacked in DIRECTORY, depends by name on the package of each shared library
# that one of its programs and libraries needs.
check_dependencies() {
  local package=$1 directory=$2 depends file needed library owner libraries=0
  depends=", $(dpkg-deb --field "$package" Depends),"
  while IFS= read -r -d '' file; do
    [[ $(head -c 4 -- "$file" | tr -d '\0') == $'\x7fELF' ]] || continue
    needed=$(readelf --dynamic --wide -- "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p')
    for library in $needed; do
      owner=$(owner_of "$library")
      [[ $depends == *", $owner "* || $depends == *", $owner,"* ]] ||
        die "${file#"$directory"} needs $library, but its package does not depend on $owner"
      libraries=$((libraries + 1))
    done
  done < <(find "$directory" -type f -print0)
  ((libraries >= 3)) || die "only $libraries needed libraries were found in ${package##*/}"
  echo "$libraries needed libraries are in packages that it depends on"
}

for package in "${packages[@]}"; do
  name=$(dpkg-deb --field "$package" Package) version=$(dpkg-deb --field "$package" Version)
  dpkg-deb --info "$package"
  grep -Eq '^[0-9.]+~rc' <<<"$version"
  dpkg-deb --extract "$package" "$work/unpacked/$name"
  odd=$(dpkg-deb --contents "$package" |
    grep -Ev '^([d-]rwxr-xr-x|-rw-r--r--) root/root ' || true)
  [[ -z $odd ]] || die "odd permissions in ${package##*/}: $odd"
  check_dependencies "$package" "$work/unpacked/$name"

  doc=$work/unpacked/$name/usr/share/doc/$name
  grep -q /usr/share/common-licenses/Apache-2.0 "$doc/copyright"
  gzip --decompress --stdout -- "$doc/changelog.gz" >"$work/changelog"
  newest=$(dpkg-parsechangelog --file "$work/changelog" --show-field Version)
  [[ $newest == "$version" ]] ||
    die "the newest entry of the changelog is for $newest, the package $name is $version"
done
[[ $(dpkg-deb --field "${sdk[0]}" Recommends) == "sharkreg (>= $version)" ]]

install_package() {
  if ((EUID == 0)); then
    dpkg --root="$work/root" --force-depends --force-script-chrootless --log="$work/dpkg.log" \
      --install "$1" 2>"$work/dpkg.err" || { cat -- "$work/dpkg.err" >&2; exit 1; }
  else
    # Files can be given to root by root alone, so others only unpack.
    dpkg-deb --extract "$1" "$work/root"
  fi
}

prefix=$work/root/usr
export HOME=$work XDG_CACHE_HOME=$work/cache
install_package "${sdk[0]}"
[[ ! -e $prefix/bin/sharkreg ]]
cmake -S "$project" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/build" >/dev/null
"$prefix/bin/sharkreg-conformance" "$work/build/libbitwise.so"

install_package "${host[0]}"
bitwise=(--comparator-plugin="$work/build/libbitwise.so")
"$prefix/bin/sharkreg" plugins "${bitwise[@]}" | tee "$work/listing"
grep -q 'accepted: bitwise' "$work/listing"

# Near enough for the comparator that comes along, not for the one that was built here.
expected=$programs/two_modules/data/after_three_steps.npy
cp -- "$expected" "$work/equal.npy"
cp -- "$expected" "$work/near.npy"
# The lowest bits of the last number.
printf '\001' | dd of="$work/near.npy" bs=1 seek=$(($(stat --format=%s -- "$expected") - 4)) \
  conv=notrunc status=none
compare() { "$prefix/bin/sharkreg" compare "$expected" "$@"; }
compare "$work/equal.npy" "${bitwise[@]}" --comparator=bitwise
compare "$work/near.npy"
status=0
compare "$work/near.npy" "${bitwise[@]}" --comparator=bitwise | tee "$work/mismatch" || status=$?
((status == 1)) || die "a mismatch ended with $status"
grep -q 'some bits differ' "$work/mismatch"

"$prefix/bin/sharkreg" --tests-dir="$programs" --model=two_modules --submodel=three_steps \
  --backend=cpu --tools-dir="$tools" | tee "$work/report"
for step in "compile cpu" "run cpu"; do
  grep -Eq "^PASS +two_modules/three_steps +$step " "$work/report" || die "\"$step\" did not pass"
done

"$here/new_plugin.sh" backend packaged "$prefix" "$work/new_plugin" "$tools"
