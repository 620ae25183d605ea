/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.artifact_fetcher/1: reads bytes that a URL names.
 *
 * Retries, parallel ranges, resuming, verification and placing are the host's. The members of the
 * answers are those of the structs in fetcher.h.
 */
#ifndef SHARKREG_FETCHER_ABI_H
#define SHARKREG_FETCHER_ABI_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_FETCHER_ID "sharkreg.artifact_fetcher/1"

/* Takes the next `size` bytes. Returns nonzero to stop: read then returns SR_CANCELLED at once. */
typedef int32_t (*sr_receive_bytes)(void* context, const void* bytes, size_t size);

typedef struct sr_fetcher_functions {
  size_t struct_size;
  /* The URL schemes that it reads. */
  sr_status (*describe)(void* self, sr_writer* answer);
  /* What is known without reading the content. SR_ABSENT: there is no such artifact. */
  sr_status (*stat)(void* self, sr_string url, sr_writer* answer);
  /* Passes `length` bytes from `offset` on to `receive`, in order; UINT64_MAX means to the end. */
  sr_status (*read)(void* self, sr_string url, uint64_t offset, uint64_t length, void* context,
                    sr_receive_bytes receive, sr_writer* answer);
} sr_fetcher_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_FETCHER_ABI_H */
