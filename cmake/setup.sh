#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up everything that building, testing and the main job need, in this order:
#
#   Debian packages           by apt, only those that are missing (through sudo when not root)
#   build/python              a virtual environment with the packages of cmake/requirements.txt
#   build/tools               links to IREE's native programs inside that environment
#   build/servers             servers that tests start, each with a stamp of its own
#   regression_tests/magika/files    the Magika model, imported and checked
#
#   build/servers            with --with-servers: servers that the tests start
#
# Each step leaves a stamp as its last act: a killed set-up starts that step again, a finished one
# costs a few milliseconds. Two set-ups of one checkout wait for one another.
# Exit status: 0 ready, 3 something is missing (the message says what).
set -euo pipefail
shopt -s inherit_errexit

root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
build=$root/build
log=$build/setup.log
model=$root/regression_tests/magika

packages=(
  g++ cmake ninja-build ccache         # the release build
  clang-16 libclang-rt-16-dev llvm-16  # the sanitizer builds; llvm-16 has their symbolizer
  libboost1.81-dev libboost-filesystem1.81-dev libboost-json1.81-dev
  libboost-program-options1.81-dev libboost-url1.81-dev libssl-dev libfmt-dev
  libsqlite3-dev libcurl4-openssl-dev
  libarchive-dev libzstd-dev liblzma-dev zlib1g-dev
  libprotobuf-dev protobuf-compiler    # entries of a shared cache
  doctest-dev libxml2-utils tmux strace  # the tests: JUnit files, a real terminal, system calls
  nginx-core openssl curl                # the tests: a real server, its certificates
  clang-19 libc++-19-dev libc++abi-19-dev abigail-tools  # plugins of another compiler; abidiff
  pkg-config dpkg-dev file                # the Debian packages, and who builds with pkg-config
  mesa-vulkan-drivers libvulkan1         # Vulkan on the processor, for the backend vulkan
  cargo                                   # an example of a plugin in Rust
  python3 python3-venv                   # IREE and the Magika model come as Python packages
)

# The servers of Node.js; who has it from elsewhere keeps that. Debian 12's Go is too old for those of Go.
command -v npm >/dev/null || packages+=(nodejs npm)

say() { printf 'set-up: %s\n' "$*" >&2; }

die() {
  say "$@"
  exit 3
}

# Runs a command with its output in the log, and shows what matters of it when the command fails: a
# compiler's first lines, an installer's last ones.
logged() {
  local output=$build/setup.part status=0
  "$@" >"$output" 2>&1 || status=$?
  { printf '$ %s\n' "$*"; cat -- "$output"; } >>"$log"
  if ((status)); then
    if (($(wc -l <"$output") > 20)); then
      { head -n 10 -- "$output"; echo "..."; tail -n 10 -- "$output"; } | cut -c1-300 >&2
    else
      cat -- "$output" >&2
    fi
  fi
  rm -- "$output"
  return "$status"
}

is_debian_12() (
  [[ -r /etc/os-release ]] && . /etc/os-release && [[ ${ID:-} == debian && ${VERSION_ID:-} == 12 ]]
)

missing_packages() {
  local installed
  # dpkg-query fails when it does not know a package at all, which is an answer here, not an error.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
  local package
  for package in "${packages[@]}"; do
    [[ $'\n'$installed$'\n' == *$'\n'"installed $package"$'\n'* ]] || printf '%s\n' "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    as_root=(sudo)
    command -v sudo >/dev/null ||
      die "as root, run once:  apt-get update && apt-get install ${missing[*]}"
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600)
  local install=("${apt[@]}" install --yes --no-install-recommends "${missing[@]}")

  say "installing Debian packages: ${missing[*]}"
  # Debian starts what it installs, at every boot too; tests start a server of their own.
  if [[ " ${missing[*]} " == *" nginx-core "* && -d /run/systemd/system ]]; then
    logged "${as_root[@]}" systemctl mask nginx.service || die "cannot keep nginx from being started"
  fi
  # A machine that has package lists may have old ones, which name files that are gone.
  if compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null && logged "${install[@]}" 2>/dev/null; then
    return
  fi
  logged "${apt[@]}" update || die "apt-get update failed; the whole output is in $log"
  logged "${install[@]}" || die "apt-get install failed; the whole output is in $log"
}

# What a system other than Debian 12 lacks, one line each.
missing_tools() {
  local tool header
  for tool in g++ cmake ninja clang++-16 clang++-19 abidiff xmllint tmux strace python3 \
    nginx openssl curl pkg-config cargo dpkg-deb dpkg-shlibdeps file protoc; do
    command -v "$tool" >/dev/null || [[ -x /usr/sbin/$tool ]] || printf '  the program %s\n' "$tool"
  done
  command -v g++ >/dev/null || return 0
  {
    for header in boost/dll.hpp boost/filesystem.hpp boost/json.hpp boost/program_options.hpp \
      boost/url.hpp openssl/evp.h fmt/format.h doctest/doctest.h sqlite3.h curl/curl.h \
      archive.h zlib.h zstd.h lzma.h google/protobuf/message_lite.h; do
      printf '#if !__has_include(<%s>)\n  the header %s\n#endif\n' "$header" "$header"
    done
    printf '#if __has_include(<boost/version.hpp>)\n#include <boost/version.hpp>\n'
    printf '#if BOOST_VERSION < 108100\n  Boost 1.81 or later\n#endif\n#endif\n'
  } | g++ -std=c++20 -E -P -x c++ - | sed 's/^ */  /'
}

require_tools() {
  local missing
  missing=$(missing_tools)
  [[ -z $missing ]] && return
  say "this is not Debian 12, so nothing is installed here. Please install what is missing:"
  printf '%s\nOn Debian 12 these packages have it all:\n  %s\n' "$missing" "${packages[*]}" >&2
  exit 3
}

find_python() {
  local candidate
  # Debian's own first: one that happens to be in front on PATH may lack venv, or go away.
  for candidate in /usr/bin/python3 "$(command -v python3 || true)"; do
    if [[ -x $candidate ]] && "$candidate" -I -c \
      'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  die "needs Python 3.11 or later with the modules venv and ensurepip, as $(command -v python3 ||
    echo python3) is not"
}

# True if a step left this key in its stamp, and all the files that are named exist.
is_done() {
  local stamp=$1 key=$2 file
  [[ -f $stamp && $(<"$stamp") == "$key" ]] || return
  for file in "${@:3}"; do
    [[ -s $file ]] || return
  done
}

finish() {
  local stamp=$1 key=$2
  printf '%s\n' "$key" >"$stamp.part"
  mv -- "$stamp.part" "$stamp"
}

# The native programs, not the Python wrappers around them, which cost 0.1 s a call.
link_tools() {
  local site program
  site=$(echo "$build"/python/lib/python3.*/site-packages)
  rm -rf -- "$build/tools"
  mkdir -- "$build/tools"
  for program in "$site"/iree/{compiler/_mlir_libs,_runtime_libs}/iree-*; do
    if [[ -f $program && -x $program ]]; then
      ln -s -- "../${program#"$build/"}" "$build/tools/"
    fi
  done
  # The compiler writes the path of its linker into a shell command without quoting it.
  if [[ $build == *[!A-Za-z0-9_/.,:+@%=-]* ]]; then
    wrap_compiler "$site/iree/compiler/_mlir_libs"
  fi
}

wrap_compiler() {
  local quoted
  printf -v quoted %q "$1/iree-lld"
  rm -- "$build/tools/iree-compile"
  {
    echo "#!/bin/sh"
    echo "# A link would do, were it not that iree-compile puts its linker's path unquoted into a"
    echo "# shell command, and that this path needs quotes."
    printf 'export IREE_LLVM_EMBEDDED_LINKER_PATH=%q\n' "$quoted"
    printf 'exec %q "$@"\n' "$1/iree-compile"
  } >"$build/tools/iree-compile"
  chmod +x -- "$build/tools/iree-compile"
}

check_tools() {
  local module=$build/setup.vmfb
  logged "$build/tools/iree-compile" - -o "$module" --iree-hal-target-backends=llvm-cpu \
    --iree-llvmcpu-target-cpu=generic <<<'func.func @twice(%x: tensor<4xf32>) -> tensor<4xf32> {
      %y = arith.addf %x, %x : tensor<4xf32>
      return %y : tensor<4xf32>
    }' &&
    logged "$build/tools/iree-run-module" --device=local-task --module="$module" \
      --function=twice --input=4xf32=1.5 --expected_output=4xf32=3 &&
    rm -- "$module"
}

set_up_python() {
  local key stamp=$build/python/.stamp
  # The path is part of the key because an environment that was moved does not work any more.
  key=$({ printf '%s\n' "$build"; cat -- "$root"/cmake/{requirements.txt,setup.sh}; } | sha256sum)
  is_done "$stamp" "$key" "$build"/{python/bin/python,tools/iree-compile,tools/iree-run-module} &&
    return

  local python
  python=$(find_python)
  say "making build/python (IREE's tools; 180 MB to download the first time)"
  rm -rf -- "$build/python"
  logged "$python" -I -m venv "$build/python" || die "$python cannot make build/python"
  logged "$build/python/bin/python" -I -m pip install --disable-pip-version-check --no-input \
    --only-binary :all: --no-deps --requirement "$root/cmake/requirements.txt" ||
    die "pip could not install cmake/requirements.txt; the whole output is in $log"
  logged "$build/python/bin/python" -I -m pip check ||
    die "cmake/requirements.txt does not name every package that another one needs"
  link_tools
  check_tools || die "IREE's tools do not work on this machine; the whole output is in $log"
  finish "$stamp" "$key"
}

set_up_model() {
  local key stamp=$model/files/.stamp
  key=$(cat -- "$root/cmake/requirements.txt" "$model"/import/* "$model"/samples/* | sha256sum)
  is_done "$stamp" "$key" "$model"/files/{magika.onnx,magika.mlir,magika.irpa,samples.bin,scores.npy} && return

  say "importing the Magika model"
  rm -f -- "$stamp"
  logged "$build/python/bin/python" -I "$model/import/import_magika.py" ||
    die "the Magika model could not be imported; the whole output is in $log"
  finish "$stamp" "$key"
}

# A program of Go at least as new as this, which is needed to build some of the servers.
find_go() {
  local go version
  for go in "$(command -v go || true)" /usr/local/go/bin/go; do
    [[ -x $go ]] || continue
    version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || continue
    version=${version#go1.}
    if [[ ${version%%[!0-9]*} -ge 21 ]]; then
      printf '%s\n' "$go"
      return
    fi
  done
  return 1
}

# Builds a program of Go, of a pinned version, as build/servers/bin/NAME.
install_go_program() {
  local name=$1 package=$2 go
  if ! go=$(find_go); then
    say "Go 1.21 or later is not there"
    return 1
  fi
  rm -rf -- "$build/servers/$name.part"
  logged env GOBIN="$build/servers/$name.part" GOTOOLCHAIN=local GOFLAGS= CGO_ENABLED=0 \
    "$go" install "$package" || return
  # There is one program in it, of whatever name.
  mv -- "$build/servers/$name.part"/* "$build/servers/bin/$name" &&
    rmdir -- "$build/servers/$name.part"
}

# Installs a program of npm, of a pinned version, with all that it needs, as build/servers/bin/NAME.
install_node_program() {
  local name=$1 package=$2
  if ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; then
    say "Node.js 18 or later is not there"
    return 1
  fi
  rm -rf -- "$build/servers/$name"
  mkdir -- "$build/servers/$name"
  logged npm install --prefix "$build/servers/$name" --ignore-scripts --no-audit --no-fund \
    --no-save "$package" || return
  ln -sfn -- "../$name/node_modules/.bin/$name" "$build/servers/bin/$name"
}

# One server, build/servers/bin/NAME, which the command, with NAME and SOURCE, puts there. To do
# without is no error: then the tests that want it are skipped, and say so.
set_up_server() {
  local name=$1 source=$2 stamp=$build/servers/$1.stamp
  shift 2
  is_done "$stamp" "$source" "$build/servers/bin/$name" && return
  say "making $name, a server for tests"
  rm -f -- "$stamp"
  mkdir -p -- "$build/servers/bin"
  if "$@" "$name" "$source"; then
    finish "$stamp" "$source"
  else
    say "there is no $name: the tests that need it will be skipped"
  fi
}

set_up_servers() {
  set_up_server toxiproxy-server github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0 \
    install_go_program
  set_up_server azurite-blob azurite@3.35.0 install_node_program
  set_up_server versitygw github.com/versity/versitygw/cmd/versitygw@v1.8.0 install_go_program
}

started=${EPOCHREALTIME/[.,]/}
mkdir -p -- "$build" || die "cannot write to $root"
# What is started here inherits the lock, so a killed set-up's children are waited for as well.
exec {lock}>"$build/.setup.lock"
if ! flock --nonblock "$lock"; then
  say "another set-up of this checkout is running; waiting for it"
  flock "$lock"
fi
: >"$log"

if is_debian_12; then install_packages; else require_tools; fi
set_up_python
set_up_model
if [[ ${1-} == --with-servers ]]; then set_up_servers; fi

took=$((${EPOCHREALTIME/[.,]/} - started))
say "$(printf 'ready after %d.%02d s' $((took / 1000000)) $((took / 10000 % 100)))"
