// SPDX-License-Identifier: Apache-2.0
func.func @matmul(%lhs: tensor<32x32xf16>, %rhs: tensor<32x64xf16>) -> tensor<32x64xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<32x64xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<32x64xf32>) -> tensor<32x64xf32>
  %product = linalg.matmul
      ins(%lhs, %rhs : tensor<32x32xf16>, tensor<32x64xf16>)
      outs(%start : tensor<32x64xf32>) -> tensor<32x64xf32>
  return %product : tensor<32x64xf32>
}
