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

/*
 * Element types. The numbers never change. Formats of the small floats: Open Compute Project, OCP
 * 8-bit Floating Point (f8E5M2, f8E4M3FN) and Microscaling Formats (f8E8M0FNU, f6…, f4…); those with
 * "FNUZ" have neither infinities nor a negative zero, whose place NaN takes.
 *
 * A type that has no number here is SR_TYPE_OPAQUE: sr_tensor says how many bits its elements have
 * and what the compiler calls it. A number that the reader does not know is treated alike.
 */
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
#define SR_TYPE_F6E2M3FN 10u
#define SR_TYPE_F6E3M2FN 11u
#define SR_TYPE_F4E2M1FN 12u
#define SR_TYPE_I1 16u /* one byte an element, 0 or 1 */
#define SR_TYPE_I8 17u
#define SR_TYPE_I16 18u
#define SR_TYPE_I32 19u
#define SR_TYPE_I64 20u
#define SR_TYPE_U8 21u
#define SR_TYPE_U16 22u
#define SR_TYPE_U32 23u
#define SR_TYPE_U64 24u
#define SR_TYPE_I4 25u /* two's complement */
#define SR_TYPE_U4 26u
#define SR_TYPE_I2 27u /* two's complement */
#define SR_TYPE_U2 28u
#define SR_TYPE_C64 32u  /* two f32: real, imaginary */
#define SR_TYPE_C128 33u /* two f64 */

/*
 * A dense tensor: row-major, little-endian, byte_size bytes at data, which need not be aligned and
 * may be null when there are none. Rank 0 is a scalar, which has one element. Valid, and constant,
 * during the call.
 *
 * Elements of a whole number of bytes lie one behind the other. Smaller and odd ones are packed
 * without gaps: element i takes the bits from i * element_bits on, where bit 0 is the lowest of the
 * first byte; what is left of the last byte is not part of the tensor.
 */
typedef struct sr_tensor {
  size_t struct_size;
  sr_element_type element_type;
  uint32_t rank;
  const uint64_t* shape; /* `rank` numbers of elements, outermost first */
  const void* data;
  uint64_t byte_size;
  uint32_t element_bits; /* of one element, as it lies in memory; 0 for opaque bytes */
  uint32_t reserved;
  sr_string type_name; /* as the compiler writes it: "f32", "f4E2M1FN"; may be empty */
} sr_tensor;

/*
 * {"arguments": ["--tolerance=NUMBER   largest difference that still matches", …],
 *  "symmetric": true}
 * "arguments": one line of help for each argument. "symmetric" (may be left out: false): changing
 * expected for actual never changes whether they match.
 */
#define SR_COMPARATOR_DESCRIPTION_SCHEMA "sharkreg.comparator_description/1"

/* {"arguments": ["--tolerance=1e-3", …]}: as the model file or the backend gives them. */
#define SR_COMPARATOR_ARGUMENTS_SCHEMA "sharkreg.comparator_arguments/1"

/*
 * The verdict on one pair of tensors:
 *   "match"           boolean; required
 *   "message"         text: for a mismatch, one sentence
 *   "metrics"         object: name to finite number, such as "max_absolute_error"
 *   "first", "worst"  object: the first element that does not match, and the one furthest off:
 *                     "index" (integer, row-major), "expected", "actual" (text, as people read it)
 *   "mismatch_count"  integer: elements that do not match
 * All but "match" may be left out.
 */
#define SR_COMPARISON_SCHEMA "sharkreg.comparison/1"

/*
 * Called by the host's judge, on any thread, one at a time on one instance unless the interface is
 * thread-safe. They may call back log and get_environment.
 */
typedef struct sr_comparator_functions {
  size_t struct_size;
  /* SR_COMPARATOR_DESCRIPTION_SCHEMA. Depends on nothing but the library. */
  sr_status (*describe)(void* self, sr_writer* answer);
  /*
   * SR_COMPARATOR_ARGUMENTS_SCHEMA to SR_COMPARISON_SCHEMA. Called only with equal shapes and
   * element types: whatever else differs, the host judges. Empty tensors (a dimension of 0) match.
   * Pure: the same tensors and arguments give the same answer; it writes to neither tensor.
   *
   * SR_OK: compared, also when they do not match. SR_INVALID: an argument is not understood, or
   * cannot be applied to this element type; SR_FAILED: it could not be done. Never SR_ABSENT.
   */
  sr_status (*compare)(void* self, const sr_tensor* expected, const sr_tensor* actual,
                       const sr_reader* arguments, sr_writer* answer);
} sr_comparator_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_COMPARATOR_ABI_H */
