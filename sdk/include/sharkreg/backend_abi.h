/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.backend/1: describes how a program is compiled and run on one kind of hardware.
 *
 * A backend starts nothing and opens no artifact: it answers with actions, which the host shows,
 * runs, caches or ships elsewhere.
 *
 * The members of every request and answer, with their types and meaning, are those of the structs in
 * backend.h and action.h that are named here, under the names that the functions `fields` there
 * give; a C++ struct is an object, a vector an array, an optional may be left out, an enum is one of
 * the texts of `enum_names`. An argument of an action is text, or an array of texts and of objects
 * {"in": ID} or {"out": ID}. What a backend does itself is an extension: execute_abi.h.
 *
 * Left open for later revisions, without a change to what is here: requests and answers are trees, so
 * a run on several devices comes as more members of the run request and as Action.device_count > 1;
 * several entries of "weights" may name one scope, their order counts; benchmarks, health checks and
 * bisection come as functions at the end of the table.
 */
#ifndef SHARKREG_BACKEND_ABI_H
#define SHARKREG_BACKEND_ABI_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_BACKEND_ID "sharkreg.backend/1"

#define SR_BACKEND_DESCRIPTION_SCHEMA "sharkreg.backend_description/1"
#define SR_PROBE_REQUEST_SCHEMA "sharkreg.probe_request/1"
#define SR_PROBE_SCHEMA "sharkreg.probe/1"
#define SR_COMPILE_REQUEST_SCHEMA "sharkreg.compile_request/1"
#define SR_COMPILE_PLAN_SCHEMA "sharkreg.compile_plan/1"
#define SR_RUN_REQUEST_SCHEMA "sharkreg.run_request/1"
#define SR_RUN_PLAN_SCHEMA "sharkreg.run_plan/1"
#define SR_FAILURE_REPORT_SCHEMA "sharkreg.failure_report/1"
#define SR_CLASSIFICATION_SCHEMA "sharkreg.classification/1"

/*
 * All functions of this table are called by the host's planner and executor, on any thread, one at a
 * time on one instance. They may call back log, get_environment and ask_tool. Whatever fails returns
 * SR_FAILED (something here is broken: verdict "infra") or SR_INVALID (the model file or an option is
 * wrong: verdict "invalid") with a text. None of them may return SR_ABSENT.
 */
typedef struct sr_backend_functions {
  size_t struct_size;
  /*
   * What it is and takes: BackendDescription. Called in a child process when the library is new to
   * the host, on an instance with an empty configuration; the answer is remembered with the
   * library's digest, so it must depend on nothing else. Asks no tool.
   */
  sr_status (*describe)(void* self, sr_writer* answer);
  /*
   * What is here: ProbeRequest to Probe. Called at most once for an instance, before it plans, and
   * also by `sharkreg devices`. May read files of the driver and ask tools. No device is no failure:
   * the answer then says what was looked for, and runs become "unavailable".
   */
  sr_status (*probe)(void* self, const sr_reader* request, sr_writer* answer);
  /*
   * CompileRequest to CompilePlan: actions in order, of which the last ones write the output
   * "module" and, for a request with a pipeline program, "pipeline_module". Called once for each
   * case and target. Pure: the same request gives the same answer. A tool that is missing is no
   * failure: Action.program_missing says so, and the plan can still be shown.
   */
  sr_status (*plan_compile)(void* self, const sr_reader* request, sr_writer* answer);
  /*
   * RunRequest to RunPlan: actions in order, the results that they write, and the comparison that is
   * meant for each. Otherwise as plan_compile.
   */
  sr_status (*plan_run)(void* self, const sr_reader* request, sr_writer* answer);
  /*
   * What a failed action means: FailureReport to Classification. Called for every action that ends
   * with an exit status other than 0 and was not ended by a signal or by the time limit: those the
   * host knows by itself. When the plugin fails here, the verdict is "infra". A host may also ask about
   * an action that still runs and makes no progress: the request then has "stall", and the answer may
   * have "hung" and the kind "timeout", which it may not have otherwise.
   */
  sr_status (*classify)(void* self, const sr_reader* request, sr_writer* answer);
} sr_backend_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_BACKEND_ABI_H */
