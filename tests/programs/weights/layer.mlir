// SPDX-License-Identifier: Apache-2.0
// A layer whose weights lie in a file of parameters, in the scope that sharkreg gives them.
util.global private @scale = #flow.parameter.named<"model"::"layer.scale"> : tensor<4xf32>
util.global private @shift = #flow.parameter.named<"model"::"layer.shift"> : tensor<4xf32>
func.func @layer(%x: tensor<4xf32>) -> tensor<4xf32> {
  %scale = util.global.load @scale : tensor<4xf32>
  %shift = util.global.load @shift : tensor<4xf32>
  %scaled = arith.mulf %x, %scale : tensor<4xf32>
  %shifted = arith.addf %scaled, %shift : tensor<4xf32>
  return %shifted : tensor<4xf32>
}
