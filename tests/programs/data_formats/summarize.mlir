// SPDX-License-Identifier: Apache-2.0
// Results that are numbers, not tensors: tools treat them differently.
func.func @summarize(%x: tensor<4xf32>, %counts: tensor<2xi32>) -> (i32, f32, i32, f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %first = tensor.extract %x[%c0] : tensor<4xf32>
  %last = tensor.extract %x[%c3] : tensor<4xf32>
  %spread = arith.subf %last, %first : f32
  %wins = tensor.extract %counts[%c0] : tensor<2xi32>
  %losses = tensor.extract %counts[%c1] : tensor<2xi32>
  %games = arith.addi %wins, %losses : i32
  return %games, %spread, %wins, %first : i32, f32, i32, f32
}
