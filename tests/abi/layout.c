/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where everything in the binary contract lies, on machines with pointers of 64 bits. What stands
 * here never changes; what a later version adds is added here, behind it.
 */
#include <stddef.h>

#include <sharkreg/backend_abi.h>
#include <sharkreg/comparator_abi.h>
#include <sharkreg/execute_abi.h>
#include <sharkreg/fetcher_abi.h>
#include <sharkreg/plugin_abi.h>
#include <sharkreg/tuner_abi.h>

#ifdef __cplusplus
#define ASSERT(condition) static_assert(condition, #condition)
#else
#define ASSERT(condition) _Static_assert(condition, #condition)
#endif

#define SIZE(type, size) ASSERT(sizeof(type) == (size))
#define AT(type, member, offset) ASSERT(offsetof(type, member) == (offset))

ASSERT(SR_ABI_MAGIC == 0x47455254524b4853);
ASSERT(SR_ABI_MAJOR == 1);

ASSERT(SR_OK == 0 && SR_ABSENT == 1 && SR_FAILED == 2 && SR_INVALID == 3);
ASSERT(SR_CANCELLED == 4 && SR_UNSUPPORTED == 5 && SR_CHANGED == 6);
ASSERT(SR_KIND_ABSENT == 0 && SR_KIND_NULL == 1 && SR_KIND_BOOLEAN == 2 && SR_KIND_INTEGER == 3);
ASSERT(SR_KIND_NUMBER == 4 && SR_KIND_STRING == 5 && SR_KIND_ARRAY == 6 && SR_KIND_OBJECT == 7);
ASSERT(SR_LOG_DEBUG == 0 && SR_LOG_NOTE == 1 && SR_LOG_WARNING == 2);
ASSERT(SR_INTERFACE_THREAD_SAFE == 1);
ASSERT(SR_BUILD_ADDRESS_SANITIZER == 1 && SR_BUILD_THREAD_SANITIZER == 2);
SIZE(sr_status, 4);
SIZE(sr_value_kind, 4);
SIZE(sr_log_level, 4);
SIZE(sr_element_type, 4);

SIZE(sr_string, 16);
AT(sr_string, data, 0);
AT(sr_string, size, 8);

SIZE(sr_reader, 72);
AT(sr_reader, struct_size, 0);
AT(sr_reader, self, 8);
AT(sr_reader, kind, 16);
AT(sr_reader, get_string, 24);
AT(sr_reader, get_integer, 32);
AT(sr_reader, get_number, 40);
AT(sr_reader, get_boolean, 48);
AT(sr_reader, get_count, 56);
AT(sr_reader, get_key, 64);

SIZE(sr_writer, 80);
AT(sr_writer, struct_size, 0);
AT(sr_writer, self, 8);
AT(sr_writer, put_string, 16);
AT(sr_writer, put_integer, 24);
AT(sr_writer, put_number, 32);
AT(sr_writer, put_boolean, 40);
AT(sr_writer, put_array, 48);
AT(sr_writer, put_object, 56);
AT(sr_writer, fail, 64);
AT(sr_writer, retry_after, 72);

SIZE(sr_tool_answer, 64);
AT(sr_tool_answer, struct_size, 0);
AT(sr_tool_answer, exit_status, 8);
AT(sr_tool_answer, standard_output, 16);
AT(sr_tool_answer, standard_error, 32);
AT(sr_tool_answer, failure, 48);

SIZE(sr_host, 48);
AT(sr_host, struct_size, 0);
AT(sr_host, self, 8);
AT(sr_host, abi_major, 16);
AT(sr_host, abi_minor, 20);
AT(sr_host, log, 24);
AT(sr_host, get_environment, 32);
AT(sr_host, ask_tool, 40);

SIZE(sr_interface, 80);
AT(sr_interface, struct_size, 0);
AT(sr_interface, flags, 8);
AT(sr_interface, id, 16);
AT(sr_interface, name, 32);
AT(sr_interface, create, 48);
AT(sr_interface, destroy, 56);
AT(sr_interface, get_extension, 64);
AT(sr_interface, functions, 72);

SIZE(sr_plugin, 96);
AT(sr_plugin, magic, 0);
AT(sr_plugin, struct_size, 8);
AT(sr_plugin, abi_major, 16);
AT(sr_plugin, abi_minor, 20);
AT(sr_plugin, abi_minor_required, 24);
AT(sr_plugin, build_flags, 28);
AT(sr_plugin, name, 32);
AT(sr_plugin, version, 48);
AT(sr_plugin, toolchain, 64);
AT(sr_plugin, interfaces, 80);
AT(sr_plugin, interface_count, 88);

SIZE(sr_backend_functions, 48);
AT(sr_backend_functions, struct_size, 0);
AT(sr_backend_functions, describe, 8);
AT(sr_backend_functions, probe, 16);
AT(sr_backend_functions, plan_compile, 24);
AT(sr_backend_functions, plan_run, 32);
AT(sr_backend_functions, classify, 40);

SIZE(sr_execute_functions, 16);
AT(sr_execute_functions, struct_size, 0);
AT(sr_execute_functions, execute, 8);

SIZE(sr_fetcher_functions, 32);
AT(sr_fetcher_functions, struct_size, 0);
AT(sr_fetcher_functions, describe, 8);
AT(sr_fetcher_functions, stat, 16);
AT(sr_fetcher_functions, read, 24);

SIZE(sr_tensor, 64);
AT(sr_tensor, struct_size, 0);
AT(sr_tensor, element_type, 8);
AT(sr_tensor, rank, 12);
AT(sr_tensor, shape, 16);
AT(sr_tensor, data, 24);
AT(sr_tensor, byte_size, 32);
AT(sr_tensor, element_bits, 40);
AT(sr_tensor, type_name, 48);

SIZE(sr_comparator_functions, 24);
AT(sr_comparator_functions, struct_size, 0);
AT(sr_comparator_functions, describe, 8);
AT(sr_comparator_functions, compare, 16);

SIZE(sr_tuner_functions, 16);
AT(sr_tuner_functions, struct_size, 0);
AT(sr_tuner_functions, resolve, 8);

ASSERT(SR_TYPE_OPAQUE == 0 && SR_TYPE_F64 == 1 && SR_TYPE_F32 == 2 && SR_TYPE_F16 == 3);
ASSERT(SR_TYPE_BF16 == 4 && SR_TYPE_F8E5M2 == 5 && SR_TYPE_F8E4M3FN == 6);
ASSERT(SR_TYPE_F8E5M2FNUZ == 7 && SR_TYPE_F8E4M3FNUZ == 8 && SR_TYPE_F8E8M0FNU == 9);
ASSERT(SR_TYPE_F6E2M3FN == 10 && SR_TYPE_F6E3M2FN == 11 && SR_TYPE_F4E2M1FN == 12);
ASSERT(SR_TYPE_I1 == 16 && SR_TYPE_I8 == 17 && SR_TYPE_I16 == 18 && SR_TYPE_I32 == 19);
ASSERT(SR_TYPE_I64 == 20 && SR_TYPE_U8 == 21 && SR_TYPE_U16 == 22 && SR_TYPE_U32 == 23);
ASSERT(SR_TYPE_U64 == 24 && SR_TYPE_I4 == 25 && SR_TYPE_U4 == 26 && SR_TYPE_I2 == 27);
ASSERT(SR_TYPE_U2 == 28 && SR_TYPE_C64 == 32 && SR_TYPE_C128 == 33);
