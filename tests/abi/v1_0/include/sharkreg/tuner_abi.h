/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.tuner_resolver/1: chooses the tuner file of a model for a SKU and a chip.
 */
#ifndef SHARKREG_TUNER_ABI_H
#define SHARKREG_TUNER_ABI_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_TUNER_ID "sharkreg.tuner_resolver/1"

/*
 *   "tuner_file"  object: SKU to path or URL, as the model file has it; may be empty
 *   "sku"         text such as "mi300"; may be empty
 *   "backend"     text such as "rocm"
 *   "target"      text such as "gfx942"; may be empty
 */
#define SR_TUNER_REQUEST_SCHEMA "sharkreg.tuner_request/1"

/* {"path": "…"}: a path or URL, as the model file would write it. */
#define SR_TUNER_CHOICE_SCHEMA "sharkreg.tuner_choice/1"

typedef struct sr_tuner_functions {
  size_t struct_size;
  /*
   * SR_TUNER_REQUEST_SCHEMA to SR_TUNER_CHOICE_SCHEMA. Called by the host's planner, once for each
   * case and target, on any thread, one at a time on one instance; may call back log and
   * get_environment. Pure: the same request gives the same answer. Opens no artifact.
   *
   * SR_ABSENT: this SKU and chip go without a tuner file. SR_INVALID: the request cannot be met and
   * the user should know; SR_FAILED: something here is broken.
   */
  sr_status (*resolve)(void* self, const sr_reader* request, sr_writer* answer);
} sr_tuner_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_TUNER_ABI_H */
