// SPDX-License-Identifier: Apache-2.0
// The number of rows of the results is known only when the program runs.
func.func @grow(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xbf16>) {
  %twice = arith.addf %x, %x : tensor<?x2xf32>
  %brain = arith.truncf %x : tensor<?x2xf32> to tensor<?x2xbf16>
  return %twice, %brain : tensor<?x2xf32>, tensor<?x2xbf16>
}
