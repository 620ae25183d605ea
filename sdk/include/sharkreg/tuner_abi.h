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

typedef struct sr_tuner_functions {
  size_t struct_size;
  /* The request is TunerRequest of tuner.h, the answer TunerChoice. SR_ABSENT: this SKU and chip go
   * without a tuner file. */
  sr_status (*resolve)(void* self, const sr_reader* request, sr_writer* answer);
} sr_tuner_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_TUNER_ABI_H */
