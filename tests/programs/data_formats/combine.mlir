// SPDX-License-Identifier: Apache-2.0
// Several inputs, several results.
func.func @combine(%left: tensor<2x3xf32>, %right: tensor<2x3xf32>, %counts: tensor<3xi32>)
    -> (tensor<2x3xf32>, tensor<3xi32>, tensor<2x3xf32>) {
  %sum = arith.addf %left, %right : tensor<2x3xf32>
  %twice = arith.addi %counts, %counts : tensor<3xi32>
  %product = arith.mulf %left, %right : tensor<2x3xf32>
  return %sum, %twice, %product : tensor<2x3xf32>, tensor<3xi32>, tensor<2x3xf32>
}
