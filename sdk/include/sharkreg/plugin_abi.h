/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary contract between sharkreg and its plugins (version 1.0, release candidate).
 *
 * A plugin is a shared library that exports one function, sharkreg_plugin(). It returns a constant
 * description: who the plugin is, and pointers to the interfaces that it implements. What each kind
 * of interface does stands in backend_abi.h, fetcher_abi.h, comparator_abi.h and tuner_abi.h.
 *
 * Rules that hold everywhere
 * - Growth: every struct starts with struct_size, set by the side that made it. The other side
 *   reads a member only if struct_size covers it and, for a function, if it is not null
 *   (SR_HAS). Sizes are never compared for equality.
 * - Text is UTF-8 as pointer and length, never null-terminated by promise, and valid only during
 *   the call that passes it: copy what you keep.
 * - Memory: nobody frees what the other side allocated. Requests and answers are trees that the
 *   host owns; a plugin reads one through sr_reader and fills another through sr_writer.
 * - Exceptions and longjmp never cross: a function reports trouble by its sr_status, and says what
 *   is wrong through sr_writer.fail.
 * - Threads: the host calls the functions of one instance from one thread at a time, unless the
 *   interface sets SR_INTERFACE_THREAD_SAFE. Instances are independent: two may run at once.
 *   Host callbacks may be called only during a call from the host, on that call's thread.
 */
#ifndef SHARKREG_PLUGIN_ABI_H
#define SHARKREG_PLUGIN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SR_ABI_MAGIC UINT64_C(0x47455254524b4853) /* "SHKRTREG", little-endian */
#define SR_ABI_MAJOR 1u
#define SR_ABI_MINOR 0u

/* True if `object` is long enough to hold `member`, and the member is not null. */
#define SR_HAS(object, type, member)                                             \
  ((object)->struct_size >= offsetof(type, member) + sizeof((object)->member) && \
   (object)->member != 0)

/* Text: UTF-8, `size` bytes, not terminated. data may be null when size is 0. */
typedef struct sr_string {
  const char* data;
  size_t size;
} sr_string;

/* What a call came to. Any value but SR_OK and SR_ABSENT is a failure; one that the reader does
 * not know is treated as SR_FAILED. */
typedef int32_t sr_status;
#define SR_OK 0
#define SR_ABSENT 1      /* the thing asked for does not exist; not an error */
#define SR_FAILED 2      /* the plugin or the world is at fault: infrastructure */
#define SR_INVALID 3     /* the request is at fault: a wrong flag, a wrong argument */
#define SR_CANCELLED 4   /* the host's callback asked to stop */
#define SR_UNSUPPORTED 5 /* this version of the plugin or host has no such thing */

typedef int32_t sr_value_kind;
#define SR_KIND_ABSENT 0
#define SR_KIND_NULL 1
#define SR_KIND_BOOLEAN 2
#define SR_KIND_INTEGER 3
#define SR_KIND_NUMBER 4
#define SR_KIND_STRING 5
#define SR_KIND_ARRAY 6
#define SR_KIND_OBJECT 7

/*
 * Reads a tree that the host owns. Paths are JSON pointers (RFC 6901): "" is the root,
 * "/inputs/0/value" a leaf. Each function returns SR_OK; SR_ABSENT when nothing stands at the
 * path; SR_INVALID when something of another kind does. Text read stays valid during the call
 * that passed the reader.
 */
typedef struct sr_reader sr_reader;
struct sr_reader {
  size_t struct_size;
  const void* self;
  sr_value_kind (*kind)(const sr_reader* reader, sr_string path);
  sr_status (*get_string)(const sr_reader* reader, sr_string path, sr_string* out);
  sr_status (*get_integer)(const sr_reader* reader, sr_string path, int64_t* out);
  sr_status (*get_number)(const sr_reader* reader, sr_string path, double* out); /* integers too */
  sr_status (*get_boolean)(const sr_reader* reader, sr_string path, int32_t* out);
  /* Elements of an array or members of an object. */
  sr_status (*get_count)(const sr_reader* reader, sr_string path, size_t* out);
  /* The key of an object's member number `index`, in a fixed order. */
  sr_status (*get_key)(const sr_reader* reader, sr_string path, size_t index, sr_string* out);
};

/*
 * Fills a tree that the host owns. Paths are as in sr_reader; in addition the token "-" stands for
 * a new element at the end of an array. Parents are made on the way: an array where the next token
 * is "-" or a number, else an object. Numbers index existing elements or the one right behind the
 * last; in an object that is there already, "-" and numbers are keys like others.
 *
 * Where text, a number or a boolean stands, another one replaces it. put_array and put_object make
 * an empty one, or leave one of the same kind as it is. Returns SR_INVALID, and changes nothing, for
 * a path that contradicts what is there or has more than 64 tokens, for text that is not UTF-8, and
 * for a number that is infinite or not a number.
 *
 * An answer that the host reads has its schema id at "/schema"; it is rejected without.
 *
 * An answer may hold members that an older host does not know; it rejects the answer then, unless
 * the same object lists the member's name in an array "optional".
 */
typedef struct sr_writer sr_writer;
struct sr_writer {
  size_t struct_size;
  void* self;
  sr_status (*put_string)(sr_writer* writer, sr_string path, sr_string value);
  sr_status (*put_integer)(sr_writer* writer, sr_string path, int64_t value);
  sr_status (*put_number)(sr_writer* writer, sr_string path, double value);
  sr_status (*put_boolean)(sr_writer* writer, sr_string path, int32_t value);
  sr_status (*put_array)(sr_writer* writer, sr_string path);
  sr_status (*put_object)(sr_writer* writer, sr_string path);
  /* Says why the call fails, in one sentence, and what the user can do (may be empty). The last
   * text counts; the status that the call returns says of what kind the failure is. */
  void (*fail)(sr_writer* writer, sr_string message, sr_string hint);
};

typedef int32_t sr_log_level;
#define SR_LOG_DEBUG 0
#define SR_LOG_NOTE 1
#define SR_LOG_WARNING 2

/* What a tool said. Valid during the call. exit_status is -1 when it did not exit by itself. */
typedef struct sr_tool_answer {
  size_t struct_size;
  int32_t exit_status;
  sr_string standard_output;
  sr_string standard_error;
} sr_tool_answer;

/*
 * What the host offers to a plugin. Valid from create to the end of destroy.
 */
typedef struct sr_host sr_host;
struct sr_host {
  size_t struct_size;
  void* self;
  uint32_t abi_major;
  uint32_t abi_minor;
  /* A remark for the log of this run. */
  void (*log)(const sr_host* host, sr_log_level level, sr_string text);
  /* A variable of the user's environment. SR_ABSENT when it is not set. */
  sr_status (*get_environment)(const sr_host* host, sr_string name, sr_string* out);
  /*
   * Asks a tool a question whose answer depends only on the content of the tool: starts
   * arguments[0] (an absolute path) under the host's supervision, at most once for each content of
   * content_files and arguments, and remembers the answer. `receive` is called once, before
   * ask_tool returns SR_OK. SR_FAILED when the tool cannot be started or exceeds
   * limit_milliseconds; `receive` is then not called.
   */
  sr_status (*ask_tool)(const sr_host* host, const sr_string* arguments, size_t argument_count,
                        const sr_string* content_files, size_t content_file_count,
                        uint64_t limit_milliseconds, void* context,
                        void (*receive)(void* context, const sr_tool_answer* answer));
};

#define SR_INTERFACE_THREAD_SAFE 1u

/*
 * One implementation of one kind of interface.
 */
typedef struct sr_interface {
  size_t struct_size;
  uint32_t flags;
  uint32_t reserved;
  sr_string id;   /* kind and revision, such as "sharkreg.backend/1" */
  sr_string name; /* what users call it, such as "rocm": [a-z][a-z0-9_]*; backends without '_' */
  /* Makes an instance. `configuration` holds at least an object "options"; an empty one (for
   * describing) must be accepted. On failure says why through error->fail. */
  sr_status (*create)(const sr_host* host, const sr_reader* configuration, sr_writer* error,
                      void** self);
  void (*destroy)(void* self);
  /* The table of an extension, or null for an id that this plugin does not know. The table lives
   * as long as the library. */
  const void* (*get_extension)(void* self, sr_string id);
  /* The table of this kind of interface: sr_backend_functions, … */
  const void* functions;
} sr_interface;

#define SR_BUILD_ADDRESS_SANITIZER 1u
#define SR_BUILD_THREAD_SANITIZER 2u

/*
 * The plugin's description. Constant, and the same at every call.
 */
typedef struct sr_plugin {
  uint64_t magic; /* SR_ABI_MAGIC */
  size_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;          /* of the headers it was built with */
  uint32_t abi_minor_required; /* of the oldest host that can run it */
  uint32_t build_flags;
  sr_string name;
  sr_string version;
  sr_string toolchain; /* compiler and standard library, for people */
  const sr_interface* const* interfaces;
  size_t interface_count;
} sr_plugin;

/* The one exported symbol. Callable on any thread; never fails. */
typedef const sr_plugin* (*sr_plugin_function)(void);
#define SR_PLUGIN_SYMBOL "sharkreg_plugin"

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_PLUGIN_ABI_H */
