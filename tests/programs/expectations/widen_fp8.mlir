// SPDX-License-Identifier: Apache-2.0
// Of the AMD chips only gfx942 has this flavour of 8-bit floats; the compiler refuses the others.
func.func @widen(%x: tensor<4xf8E4M3FNUZ>) -> tensor<4xf32> {
  %wide = arith.extf %x : tensor<4xf8E4M3FNUZ> to tensor<4xf32>
  return %wide : tensor<4xf32>
}
