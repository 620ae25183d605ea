// SPDX-License-Identifier: Apache-2.0
// A program in the form that PyTorch exports. Modules compiled from it carry no declaration of
// their results, so the type of a raw file can come only from the model file.
module @relu {
  func.func @main(%x: !torch.vtensor<[2,3],f32>)
      -> (!torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],bf16>) {
    %bf16 = torch.constant.int 15
    %false = torch.constant.bool false
    %none = torch.constant.none
    %relu = torch.aten.relu %x : !torch.vtensor<[2,3],f32> -> !torch.vtensor<[2,3],f32>
    %brain = torch.aten.to.dtype %relu, %bf16, %false, %false, %none
        : !torch.vtensor<[2,3],f32>, !torch.int, !torch.bool, !torch.bool, !torch.none
        -> !torch.vtensor<[2,3],bf16>
    return %relu, %brain : !torch.vtensor<[2,3],f32>, !torch.vtensor<[2,3],bf16>
  }
}
