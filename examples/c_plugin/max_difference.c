/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A comparator in plain C11, without the C++ SDK: the largest absolute difference of f32 and f64
 * tensors must be at most that of --max=NUMBER (default 0). NaN matches nothing.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sharkreg/comparator_abi.h>

#define TEXT(literal) ((sr_string){literal, sizeof(literal) - 1})

/* It keeps nothing, so there is no instance. */
static sr_status create(const sr_host* host, const sr_reader* configuration, sr_writer* error,
                        void** self) {
  (void)host, (void)configuration, (void)error;
  *self = NULL;
  return SR_OK;
}

static void destroy(void* self) {
  (void)self;
}

static sr_status describe(void* self, sr_writer* answer) {
  (void)self;
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_COMPARATOR_DESCRIPTION_SCHEMA));
  answer->put_boolean(answer, TEXT("/symmetric"), 1);
  return answer->put_string(answer, TEXT("/arguments/-"),
                            TEXT("--max=NUMBER   largest difference that matches (default 0)"));
}

static sr_status refuse(sr_writer* answer, sr_string message) {
  answer->fail(answer, message, TEXT("write --max=0.001"));
  return SR_INVALID;
}

/* Zero if the text is no number of at least 0. Digits, dot and exponent only: strtod alone would
 * take blanks, "nan" and hexadecimal numbers. */
static int read_number(sr_string text, double* out) {
  char copy[64];
  char* end = copy;
  if (text.size == 0 || text.size >= sizeof copy) return 0;
  memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';
  if (strspn(copy, "0123456789.eE-+") != text.size) return 0;
  *out = strtod(copy, &end);
  return end == copy + text.size && *out >= 0 && isfinite(*out);
}

static double element(const sr_tensor* tensor, uint64_t index) {
  if (tensor->element_type == SR_TYPE_F32) {
    float value;
    memcpy(&value, (const char*)tensor->data + index * sizeof value, sizeof value);
    return value;
  }
  double value;
  memcpy(&value, (const char*)tensor->data + index * sizeof value, sizeof value);
  return value;
}

static sr_status compare(void* self, const sr_tensor* expected, const sr_tensor* actual,
                         const sr_reader* arguments, sr_writer* answer) {
  double largest_allowed = 0, largest = 0;
  int64_t mismatches = 0, worst = 0;
  size_t count = 0;
  (void)self;
  arguments->get_count(arguments, TEXT("/arguments"), &count);
  if (count > 1) return refuse(answer, TEXT("there is one argument, --max=NUMBER"));
  if (count == 1) {
    sr_string argument = {NULL, 0};
    arguments->get_string(arguments, TEXT("/arguments/0"), &argument);
    if (argument.size < 6 || memcmp(argument.data, "--max=", 6) != 0 ||
        !read_number((sr_string){argument.data + 6, argument.size - 6}, &largest_allowed)) {
      return refuse(answer, TEXT("the argument is not --max=NUMBER"));
    }
  }
  const int wide = expected->element_type == SR_TYPE_F64;
  if (!wide && expected->element_type != SR_TYPE_F32) {
    return refuse(answer, TEXT("max_difference compares f32 and f64 only"));
  }
  const uint64_t elements = expected->byte_size / (wide ? sizeof(double) : sizeof(float));
  for (uint64_t i = 0; i < elements; ++i) {
    const double e = element(expected, i), a = element(actual, i);
    const double difference = e == a ? 0 : fabs(e - a); /* infinities of one sign are equal */
    if (!(difference <= largest_allowed)) ++mismatches;
    if (difference > largest) largest = difference, worst = (int64_t)i;
  }
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_COMPARISON_SCHEMA));
  answer->put_boolean(answer, TEXT("/match"), mismatches == 0);
  answer->put_integer(answer, TEXT("/mismatch_count"), mismatches);
  if (isfinite(largest)) answer->put_number(answer, TEXT("/metrics/max_difference"), largest);
  if (largest > 0) answer->put_integer(answer, TEXT("/metrics/worst_element"), worst);
  if (mismatches)
    answer->put_string(answer, TEXT("/message"), TEXT("some elements are too far off"));
  return SR_OK;
}

static const sr_comparator_functions functions = {
    .struct_size = sizeof(sr_comparator_functions),
    .describe = describe,
    .compare = compare,
};

static const sr_interface interface = {
    .struct_size = sizeof(sr_interface),
    .flags = SR_INTERFACE_THREAD_SAFE,
    .id = {SR_COMPARATOR_ID, sizeof SR_COMPARATOR_ID - 1},
    .name = {"max_difference", 14},
    .create = create,
    .destroy = destroy,
    .functions = &functions,
};

static const sr_interface* const interfaces[] = {&interface};

static const sr_plugin plugin = {
    .magic = SR_ABI_MAGIC,
    .struct_size = sizeof(sr_plugin),
    .abi_major = SR_ABI_MAJOR,
    .abi_minor = SR_ABI_MINOR,
    .abi_minor_required = 0,
    .build_flags = SR_BUILD_FLAGS,
    .name = {"max_difference", 14},
    .version = {"1.0", 3},
    .toolchain = {"C11", 3},
    .interfaces = interfaces,
    .interface_count = 1,
};

__attribute__((visibility("default"))) const sr_plugin* sharkreg_plugin(void);

const sr_plugin* sharkreg_plugin(void) {
  return &plugin;
}
