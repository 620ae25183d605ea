// SPDX-License-Identifier: Apache-2.0
func.func @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %squared = arith.mulf %x, %x : tensor<4xf32>
  return %squared : tensor<4xf32>
}
