/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.get/1, an extension of sharkreg.artifact_fetcher/1: stat and read in one request of the
 * service. For services in which each request costs a round trip, and artifacts that are small.
 */
#ifndef SHARKREG_GET_ABI_H
#define SHARKREG_GET_ABI_H

#include "fetcher_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_GET_ID "sharkreg.get/1"

typedef struct sr_get_functions {
  size_t struct_size;
  /*
   * Puts what stat would say into `answer` (SR_ARTIFACT_INFORMATION_SCHEMA), then passes the first
   * `length` bytes on to `receive` as read does, or all bytes there are if the answer does not say
   * "ranges". The answer is complete before receive is called first: the host looks at it there, and
   * may stop. All of it is of one content, that of the answer's "validator".
   *
   * SR_UNSUPPORTED: not for this URL; the host calls stat and read. Other results are those of stat
   * and read. After one that is not SR_OK the host takes nothing for granted, and begins anew.
   */
  sr_status (*get)(void* self, sr_string url, uint64_t length, void* context,
                   sr_receive_bytes receive, sr_writer* answer);
} sr_get_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_GET_ABI_H */
