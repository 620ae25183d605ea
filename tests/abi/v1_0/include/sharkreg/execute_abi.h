/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.execute/1, an extension of sharkreg.backend/1: runs the actions that the backend marked
 * in_process. For toolchains that are libraries. The members of request and answer are those of the
 * structs ExecuteRequest and ExecuteAnswer in backend.h.
 */
#ifndef SHARKREG_EXECUTE_ABI_H
#define SHARKREG_EXECUTE_ABI_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_EXECUTE_ID "sharkreg.execute/1"

#define SR_EXECUTE_REQUEST_SCHEMA "sharkreg.execute_request/1"
#define SR_EXECUTE_ANSWER_SCHEMA "sharkreg.execute_answer/1"

typedef struct sr_execute_functions {
  size_t struct_size;
  /*
   * ExecuteRequest to ExecuteAnswer. Called in a child process (sharkreg-worker), never in the host,
   * on an instance made with the same configuration, in the action's working directory, under the
   * action's time limit. What it prints is the action's output. A crash costs this action only.
   *
   * May call back log and get_environment; ask_tool fails here.
   *
   * SR_OK: done, and every output is written. SR_FAILED, SR_INVALID: the action failed; the text
   * reaches `classify` as its standard error, and the exit status is 1 or 2.
   *
   * One call for one instance today. A host may later call it several times on one instance, one at
   * a time, each with its own working directory; a plugin may keep devices open in between, until
   * destroy. So nothing about one call may be left over in the next.
   */
  sr_status (*execute)(void* self, const sr_reader* request, sr_writer* answer);
} sr_execute_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_EXECUTE_ABI_H */
