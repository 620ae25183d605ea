#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# two_runtimes.sh PREFIX SOURCE WORK TOOLS PYTHON
#
# One model file, judged on two unrelated runtimes: by IREE, and by ONNX Runtime through the backend
# of examples/vendor_backend, built here against the installed SDK.
set -euo pipefail

prefix=$1 source=$2 work=$3 tools=$4 python=$5
rm -rf -- "$work"
mkdir -p -- "$work"
cmake -S "$source/examples/vendor_backend" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
  >/dev/null
cmake --build "$work/build" >/dev/null
export HOME=$work XDG_CACHE_HOME=$work/cache PATH=$tools:$PATH
"$prefix/bin/sharkreg" --tests-dir="$source/regression_tests" --model=magika \
  --backend-plugin="$work/build/libonnxruntime.so" --backend=cpu,onnxruntime \
  --onnxruntime-python="$python" | tee "$work/report"
for step in "compile cpu" "run cpu" "compile onnxruntime" "run onnxruntime"; do
  grep -Eq "^PASS +magika/file_type +$step " "$work/report" ||
    { echo "two_runtimes.sh: \"$step\" did not pass" >&2; exit 1; }
done
