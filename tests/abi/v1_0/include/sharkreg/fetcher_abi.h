/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharkreg.artifact_fetcher/1: reads bytes that a URL names.
 *
 * Retries, parallel ranges, resuming, verification and placing are the host's: a fetcher tries once
 * and says what happened. It takes credentials from the environment (sr_host.get_environment) or
 * from files, and puts none of them into a text.
 */
#ifndef SHARKREG_FETCHER_ABI_H
#define SHARKREG_FETCHER_ABI_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SR_FETCHER_ID "sharkreg.artifact_fetcher/1"

/*
 * What it reads:
 *   "schemes"  array of text: URL schemes in lower case, without "://"; "*": any scheme that no other
 *              fetcher has
 *   "hosts"    array of text, may be left out: for http and https URLs of these hosts it goes before
 *              other fetchers. A name in lower case, without a port; "*.example.com" is all that is
 *              below example.com. Hosts from before this member refuse it, unless "optional" names it
 */
#define SR_FETCHER_DESCRIPTION_SCHEMA "sharkreg.fetcher_description/1"

/*
 * What is known of an artifact; all members may be left out:
 *   "size"        integer, bytes
 *   "validator"   text that changes whenever the content does, such as an ETag
 *   "digests"     object: "sha256" or "md5" to lower-case hexadecimal text
 *   "ranges"      boolean: read may start at any offset
 *   "local_path"  text: absolute path of a file on this machine that is the artifact itself; the
 *                 host then links to it, and does not call read
 */
#define SR_ARTIFACT_INFORMATION_SCHEMA "sharkreg.artifact_information/1"

/* Takes the next `size` bytes, which are the plugin's and are copied before it returns. Nonzero to
 * stop: read must not call again, and returns SR_CANCELLED at once. */
typedef int32_t (*sr_receive_bytes)(void* context, const void* bytes, size_t size);

/*
 * Called by the host's store, on any thread, one at a time on one instance unless the interface is
 * thread-safe. They may take long; they may call back log and get_environment.
 */
typedef struct sr_fetcher_functions {
  size_t struct_size;
  /* SR_FETCHER_DESCRIPTION_SCHEMA. Called in a child process when the library is new to the host;
   * the answer is remembered with the library's digest. */
  sr_status (*describe)(void* self, sr_writer* answer);
  /* SR_ARTIFACT_INFORMATION_SCHEMA, without reading the content. SR_ABSENT: there is certainly no
   * such artifact; the user is told to correct the URL. SR_FAILED: it cannot be learned now. */
  sr_status (*stat)(void* self, sr_string url, sr_writer* answer);
  /*
   * Passes `length` bytes from `offset` on to `receive`, in order, in pieces of any size;
   * UINT64_MAX means to the end. Never more than `length`. An offset other than 0 is asked for only
   * if stat said "ranges". `validator` is what stat said, or empty: bytes of another content than
   * the one that has this validator are not passed, since the host joins what several calls read.
   * While nothing comes, receive is called with size 0 about once a second, so that the host can
   * stop it. The answer has no members; its writer takes the text of a failure.
   *
   * SR_OK: all of them were passed. SR_CANCELLED: receive said stop. SR_FAILED: it broke off; the
   * host may ask again for what is missing, not before what retry_after says. SR_INVALID: asking
   * again is of no use (a right that is missing, a wrong URL). SR_ABSENT: gone since stat.
   * SR_CHANGED: the content has another validator by now; the host starts from its beginning.
   */
  sr_status (*read)(void* self, sr_string url, sr_string validator, uint64_t offset,
                    uint64_t length, void* context, sr_receive_bytes receive, sr_writer* answer);
} sr_fetcher_functions;

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_FETCHER_ABI_H */
