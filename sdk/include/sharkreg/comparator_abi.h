/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.comparator/1: decides whether a result is close enough to what is expected.
 */
#ifndef SHARKREG_COMPARATOR_ABI_H
#define SHARKREG_COMPARATOR_ABI_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_COMPARATOR_ID "sharkreg.comparator/1"

/* Element types. The numbers never change; unknown ones are compared as opaque bytes. */
typedef uint32_t sr_element_type;
#define SR_TYPE_OPAQUE 0u
#define SR_TYPE_F64 1u
#define SR_TYPE_F32 2u
#define SR_TYPE_F16 3u
#define SR_TYPE_BF16 4u
#define SR_TYPE_F8E5M2 5u
#define SR_TYPE_F8E4M3FN 6u
#define SR_TYPE_F8E5M2FNUZ 7u
#define SR_TYPE_F8E4M3FNUZ 8u
#define SR_TYPE_F8E8M0FNU 9u
#define SR_TYPE_I1 16u /* one byte an element, 0 or 1 */
#define SR_TYPE_I8 17u
#define SR_TYPE_I16 18u
#define SR_TYPE_I32 19u
#define SR_TYPE_I64 20u
#define SR_TYPE_U8 21u
#define SR_TYPE_U16 22u
#define SR_TYPE_U32 23u
#define SR_TYPE_U64 24u
#define SR_TYPE_C64 32u  /* two f32 */
#define SR_TYPE_C128 33u /* two f64 */

/* A dense tensor: row-major, little-endian, byte_size bytes at data, which need not be aligned.
 * Rank 0 is a scalar. Valid during the call. */
typedef struct sr_tensor {
  size_t struct_size;
  sr_element_type element_type;
  uint32_t rank;
  const uint64_t* shape;
  const void* data;
  uint64_t byte_size;
} sr_tensor;

typedef struct sr_comparator_functions {
  size_t struct_size;
  /* Which arguments it takes. */
  sr_status (*describe)(void* self, sr_writer* answer);
  /* The host calls it only with equal shapes and element types. `arguments` is an object with an
   * array "arguments" of text. SR_INVALID: an argument is not understood. */
  sr_status (*compare)(void* self, const sr_tensor* expected, const sr_tensor* actual,
                       const sr_reader* arguments, sr_writer* answer);
} sr_comparator_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_COMPARATOR_ABI_H */
