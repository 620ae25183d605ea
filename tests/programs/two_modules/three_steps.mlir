// SPDX-License-Identifier: Apache-2.0
// The pipeline: compiled apart from the model, it calls the model's function three times.
module @pipeline {
  func.func private @denoiser.step(tensor<4xf32>) -> tensor<4xf32>
  func.func @three_steps(%x: tensor<4xf32>) -> tensor<4xf32> {
    %first = func.call @denoiser.step(%x) : (tensor<4xf32>) -> tensor<4xf32>
    %second = func.call @denoiser.step(%first) : (tensor<4xf32>) -> tensor<4xf32>
    %third = func.call @denoiser.step(%second) : (tensor<4xf32>) -> tensor<4xf32>
    return %third : tensor<4xf32>
  }
}
