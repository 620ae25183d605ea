// SPDX-License-Identifier: Apache-2.0
// One result for each element type that files carry in a different way.
func.func @convert(%x: tensor<2x2xf32>)
    -> (tensor<2x2xf16>, tensor<2x2xbf16>, tensor<2x2xi8>, tensor<2x2xi64>, tensor<2x2xi1>) {
  %half = arith.truncf %x : tensor<2x2xf32> to tensor<2x2xf16>
  %brain = arith.truncf %x : tensor<2x2xf32> to tensor<2x2xbf16>
  %byte = arith.fptosi %x : tensor<2x2xf32> to tensor<2x2xi8>
  %long = arith.fptosi %x : tensor<2x2xf32> to tensor<2x2xi64>
  %zero = arith.constant dense<0.0> : tensor<2x2xf32>
  %positive = arith.cmpf ogt, %x, %zero : tensor<2x2xf32>
  return %half, %brain, %byte, %long, %positive
      : tensor<2x2xf16>, tensor<2x2xbf16>, tensor<2x2xi8>, tensor<2x2xi64>, tensor<2x2xi1>
}
