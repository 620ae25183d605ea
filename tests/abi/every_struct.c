/* SPDX-License-Identifier: Apache-2.0 */
/* A library that uses every type of the binary contract, for abidiff to read. */
#include <sharkreg/backend_abi.h>
#include <sharkreg/comparator_abi.h>
#include <sharkreg/execute_abi.h>
#include <sharkreg/fetcher_abi.h>
#include <sharkreg/plugin_abi.h>
#include <sharkreg/tuner_abi.h>
#if __has_include(<sharkreg/get_abi.h>)  /* since the second candidate of 1.0 */
#include <sharkreg/get_abi.h>
#endif

#define USE(type)                             \
  const type* use_##type(const type* value);  \
  const type* use_##type(const type* value) { \
    return value;                             \
  }

USE(sr_string)
USE(sr_reader)
USE(sr_writer)
USE(sr_tool_answer)
USE(sr_host)
USE(sr_interface)
USE(sr_plugin)
USE(sr_backend_functions)
USE(sr_execute_functions)
USE(sr_fetcher_functions)
USE(sr_tensor)
USE(sr_comparator_functions)
USE(sr_tuner_functions)
