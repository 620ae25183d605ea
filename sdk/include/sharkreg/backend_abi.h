/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.backend/1: describes how a program is compiled and run on one kind of hardware.
 *
 * A backend starts nothing and opens no artifact: it answers with actions, which the host shows,
 * runs, caches or ships elsewhere. The members of every request and answer are those of the structs
 * of the same name in backend.h, which is the reference; each tree has its schema id at "/schema".
 */
#ifndef SHARKREG_BACKEND_ABI_H
#define SHARKREG_BACKEND_ABI_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_BACKEND_ID "sharkreg.backend/1"

typedef struct sr_backend_functions {
  size_t struct_size;
  /* What it is and takes; the same for every instance, so that it can be remembered. */
  sr_status (*describe)(void* self, sr_writer* answer);
  /* What is here: devices, tools. May read files of the driver and ask tools through the host. */
  sr_status (*probe)(void* self, const sr_reader* request, sr_writer* answer);
  /* Request to actions. Pure: the same request gives the same answer after the same probe. */
  sr_status (*plan_compile)(void* self, const sr_reader* request, sr_writer* answer);
  sr_status (*plan_run)(void* self, const sr_reader* request, sr_writer* answer);
  /* What a failed action means: a kind of failure and one sentence for people. */
  sr_status (*classify)(void* self, const sr_reader* request, sr_writer* answer);
} sr_backend_functions;

/*
 * Extension of a backend: runs the actions that it marked in_process. The host calls it in a child
 * process (sharkreg-worker), on an instance of its own made with the same configuration, in the
 * action's working directory. SR_OK: the action succeeded.
 */
#define SR_EXECUTE_ID "sharkreg.execute/1"

typedef struct sr_execute_functions {
  size_t struct_size;
  sr_status (*execute)(void* self, const sr_reader* request, sr_writer* answer);
} sr_execute_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_BACKEND_ABI_H */
