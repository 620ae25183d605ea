// SPDX-License-Identifier: Apache-2.0
// A number that is not in a tensor is converted by IREE's virtual machine, and 3.13 rounds where
// the operation is defined to truncate: 7.75 becomes 8. A defect for which one waits.
func.func @truncate(%x: tensor<4xf32>) -> i32 {
  %c3 = arith.constant 3 : index
  %last = tensor.extract %x[%c3] : tensor<4xf32>
  %whole = arith.fptosi %last : f32 to i32
  return %whole : i32
}
