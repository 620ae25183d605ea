// SPDX-License-Identifier: Apache-2.0
// A matmul that also accumulates in f16: the compiler "failed to distribute" it for the CDNA chips.
func.func @matmul(%lhs: tensor<16x16xf16>, %rhs: tensor<16x16xf16>) -> tensor<16x16xf16> {
  %zero = arith.constant 0.0 : f16
  %empty = tensor.empty() : tensor<16x16xf16>
  %start = linalg.fill ins(%zero : f16) outs(%empty : tensor<16x16xf16>) -> tensor<16x16xf16>
  %product = linalg.matmul
      ins(%lhs, %rhs : tensor<16x16xf16>, tensor<16x16xf16>)
      outs(%start : tensor<16x16xf16>) -> tensor<16x16xf16>
  return %product : tensor<16x16xf16>
}
