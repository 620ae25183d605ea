// SPDX-License-Identifier: Apache-2.0
// What a tuner chose for matmul.mlir on one SKU: a workgroup of 128 threads (two waves).
// Left to itself the compiler takes 256 for gfx942, so the choice shows in the module.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @is_matmul(%op: !transform.any_op {transform.readonly})
      -> (!transform.any_op, !transform.any_param) {
    // The compiler has made the matmul a generic operation by the time it asks.
    transform.match.operation_name %op ["linalg.generic"] : !transform.any_op
    %choice = transform.param.constant #iree_codegen.compilation_info<
      lowering_config = #iree_gpu.lowering_config<{
        mma_kind = #iree_gpu.mma_layout<MFMA_F32_16x16x16_F16>,
        workgroup = [32, 64, 0], subgroup = [1, 4, 0], reduction = [0, 0, 2],
        promote_operands = [0, 1]}>,
      translation_info = <pipeline = #iree_gpu.pipeline<TileAndFuse>
        workgroup_size = [128, 1, 1] subgroup_size = 64>> -> !transform.any_param
    transform.yield %op, %choice : !transform.any_op, !transform.any_param
  }
  transform.named_sequence @choose(%op: !transform.any_op {transform.readonly},
                                   %choice: !transform.any_param {transform.readonly}) {
    transform.annotate %op "compilation_info" = %choice : !transform.any_op, !transform.any_param
    transform.yield
  }
  transform.named_sequence @__kernel_config(%program: !transform.any_op {transform.consumed}) {
    transform.foreach_match in %program @is_matmul -> @choose
      : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
