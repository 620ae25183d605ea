// SPDX-License-Identifier: Apache-2.0
// The model: one step. Its module's name is what the pipeline imports from.
module @denoiser {
  func.func @step(%x: tensor<4xf32>) -> tensor<4xf32> {
    %half = arith.constant dense<0.5> : tensor<4xf32>
    %one = arith.constant dense<1.0> : tensor<4xf32>
    %scaled = arith.mulf %x, %half : tensor<4xf32>
    %next = arith.addf %scaled, %one : tensor<4xf32>
    return %next : tensor<4xf32>
  }
}
