/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary contract between sharkreg and its plugins, version 1.0 (release candidate).
 *
 * A plugin is a shared library that exports one function, sharkreg_plugin(). It returns a constant
 * description: who the plugin is, and pointers to the interfaces that it implements. What each kind
 * of interface does stands in backend_abi.h, fetcher_abi.h, comparator_abi.h and tuner_abi.h. C++
 * authors need none of this: plugin.h turns their classes into these tables.
 *
 * Rules that hold everywhere
 * - Growth: every struct starts with struct_size, set by the side that made it. Members are only
 *   ever added at the end. The other side reads a member only if struct_size covers it and, for a
 *   function, if it is not null (SR_HAS); sizes are never compared for equality. What is there in
 *   version 1.0 is there in every later version; what came later says so ("since 1.N").
 * - Text is UTF-8 as pointer and length, never null-terminated by promise, and valid only during
 *   the call that passes it: copy what you keep. Text of the descriptor and of interfaces lives as
 *   long as the library.
 * - Memory: nobody frees what the other side allocated. Requests and answers are trees that the
 *   host owns; a plugin reads one through sr_reader and fills another through sr_writer.
 * - Pointers are never null, except where a comment says that they may be, and the data of an empty
 *   text, array or tensor. "Absent" below means: the struct is too short for it, or it is null.
 * - Exceptions and longjmp never cross: a function reports trouble by its sr_status, and says what
 *   is wrong through sr_writer.fail.
 * - Threads: the host calls the functions of one instance from one thread at a time, not always the
 *   same one, unless the interface sets SR_INTERFACE_THREAD_SAFE: then several threads may call one
 *   instance at once, all functions but destroy. Instances are independent of each other: two may
 *   be in use at once, whatever the flags are.
 * - Callbacks: functions of sr_host, sr_reader, sr_writer, and those passed as arguments, may be
 *   called only during a call from the host, on that call's thread. They never call the plugin.
 * - Process: a plugin leaves the process as it is: signal handlers, working directory, locale,
 *   environment, standard streams. It starts no thread that outlives its instance and no program;
 *   what has to be started is an action (backend_abi.h) or a question to a tool (ask_tool).
 *
 * Trees: each request and each answer is a tree of the kinds that JSON has. It has its schema id, an
 * SR_…_SCHEMA, as text at "/schema": a name, and a revision that changes only when old readers would
 * misread it. Requests may gain members at any time: ignore those that you do not know. An answer
 * with a member that the host does not know is refused, unless the object that holds the member also
 * has an array "optional" with its name: so a new plugin can say what an old host may overlook.
 *
 * Extensions: what an interface can do beyond its table has an id of its own, is asked for by
 * get_extension, and is null in plugins that lack it. Ids of sharkreg begin with "sharkreg.", drafts
 * with "sharkreg.draft."; those of others are reverse domain names, such as "com.acme.power/1".
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

/* True if `object` is long enough to hold `member`. */
#define SR_COVERS(object, type, member) \
  ((object)->struct_size >= offsetof(type, member) + sizeof((object)->member))

/* True if `object` is long enough to hold `member`, and the member is neither null nor 0. */
#define SR_HAS(object, type, member) (SR_COVERS(object, type, member) && (object)->member != 0)

/* Text: UTF-8, `size` bytes, not terminated. data may be null when size is 0. */
typedef struct sr_string {
  const char* data;
  size_t size;
} sr_string;

/* What a call came to. Any value but SR_OK and SR_ABSENT is a failure; one that the receiver does
 * not know is treated as SR_FAILED. After a failure the answer's tree is not looked at. */
typedef int32_t sr_status;
#define SR_OK 0
#define SR_ABSENT 1      /* the thing asked for does not exist; not an error */
#define SR_FAILED 2      /* the plugin or the world is at fault: infrastructure */
#define SR_INVALID 3     /* the request is at fault: a wrong flag, a wrong argument */
#define SR_CANCELLED 4   /* the host's callback asked to stop */
#define SR_UNSUPPORTED 5 /* this version of the plugin or host has no such thing */
#define SR_CHANGED 6     /* what the request speaks of is no longer what the request says it is */

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
 * path; SR_INVALID when something of another kind does, or for a path that is no JSON pointer; then
 * *out is left as it is. Text read stays valid during the call that passed the reader. The reader
 * may be used by several threads only one at a time. `self` is the host's.
 */
typedef struct sr_reader sr_reader;
struct sr_reader {
  size_t struct_size;
  const void* self;
  /* What stands there; SR_KIND_ABSENT if nothing does. SR_KIND_INTEGER is a number that was written
   * as an int64_t. A kind that you do not know: treat it as absent. */
  sr_value_kind (*kind)(const sr_reader* reader, sr_string path);
  sr_status (*get_string)(const sr_reader* reader, sr_string path, sr_string* out);
  sr_status (*get_integer)(const sr_reader* reader, sr_string path, int64_t* out);
  /* Integers too; those beyond 2^53 are rounded. */
  sr_status (*get_number)(const sr_reader* reader, sr_string path, double* out);
  /* 0 or 1. */
  sr_status (*get_boolean)(const sr_reader* reader, sr_string path, int32_t* out);
  /* Elements of an array or members of an object. */
  sr_status (*get_count)(const sr_reader* reader, sr_string path, size_t* out);
  /* The key of an object's member number `index`, in a fixed order; SR_ABSENT behind the last. */
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
   * text counts; the status that the call returns says of what kind the failure is. Does nothing
   * for a call that succeeds. */
  void (*fail)(sr_writer* writer, sr_string message, sr_string hint);
  /* Says that a call which fails with SR_FAILED may well succeed after so long. */
  void (*retry_after)(sr_writer* writer, uint64_t milliseconds);
};

typedef int32_t sr_log_level;
#define SR_LOG_DEBUG 0
#define SR_LOG_NOTE 1
#define SR_LOG_WARNING 2

/* What a tool said, or why it could not be asked. Valid during the call. */
typedef struct sr_tool_answer {
  size_t struct_size;
  int32_t exit_status; /* -1 when it did not exit by itself */
  int32_t reserved;
  sr_string standard_output;
  sr_string standard_error;
  sr_string failure; /* one sentence; empty when the tool was asked */
} sr_tool_answer;

/*
 * What the host offers to a plugin. Valid from create to the end of destroy.
 */
typedef struct sr_host sr_host;
struct sr_host {
  size_t struct_size;
  void* self;         /* the host's */
  uint32_t abi_major; /* that the host speaks: 1 */
  uint32_t abi_minor;
  /* A remark for the log of this run; one line. Never fails. */
  void (*log)(const sr_host* host, sr_log_level level, sr_string text);
  /* A variable of the user's environment. SR_ABSENT when it is not set. The text stays valid until
   * the instance is destroyed. */
  sr_status (*get_environment)(const sr_host* host, sr_string name, sr_string* out);
  /*
   * Asks a tool a question whose answer depends only on the content of the tool: starts
   * arguments[0] (an absolute path) under the host's supervision, without standard input, at most
   * once for each content of content_files and arguments, and remembers the answer.
   *
   * SR_OK: it was asked, whatever its exit status is. SR_FAILED: it could not be started, or took
   * longer than limit_milliseconds; `failure` says which. In both cases `receive` is called once
   * before ask_tool returns. SR_INVALID: there is no argument; `receive` is not called.
   */
  sr_status (*ask_tool)(const sr_host* host, const sr_string* arguments, size_t argument_count,
                        const sr_string* content_files, size_t content_file_count,
                        uint64_t limit_milliseconds, void* context,
                        void (*receive)(void* context, const sr_tool_answer* answer));
};

#define SR_INTERFACE_THREAD_SAFE 1u

#define SR_CONFIGURATION_SCHEMA "sharkreg.configuration/1"

/*
 * One implementation of one kind of interface. Constant.
 */
typedef struct sr_interface {
  size_t struct_size;
  uint32_t flags; /* SR_INTERFACE_…; unknown ones are ignored */
  uint32_t reserved;
  sr_string id;   /* kind and revision, such as "sharkreg.backend/1"; unknown ones are left alone */
  sr_string name; /* what users call it, such as "rocm": [a-z][a-z0-9_]*; backends without '_' */
  /*
   * Makes an instance, on any thread, also while others exist. `host` stays valid until destroy
   * returns; the other arguments only during the call.
   *
   * `configuration` (SR_CONFIGURATION_SCHEMA) has an object "options" (name to text, those that a
   * backend declared) and an array "tool_directories" (absolute paths, best first). Both may be
   * empty: an instance made so must be able to describe itself.
   *
   * SR_OK: *self is the instance, which may be null if there is no state. SR_INVALID: an option's
   * value is wrong; SR_FAILED: it cannot be made; both say why through error->fail, and leave
   * nothing to destroy. Create is quick: it asks no tool and looks for no device.
   */
  sr_status (*create)(const sr_host* host, const sr_reader* configuration, sr_writer* error,
                      void** self);
  /* Ends an instance: called once, after all other calls on it have returned. Never fails. */
  void (*destroy)(void* self);
  /* The table of an extension, or null for an id that this plugin does not know, whatever the id.
   * The table lives as long as the library. May be absent. */
  const void* (*get_extension)(void* self, sr_string id);
  /* The table of this kind of interface: sr_backend_functions, … */
  const void* functions;
} sr_interface;

/* How the plugin was built. A plugin with a sanitizer needs a host with the same. */
#define SR_BUILD_ADDRESS_SANITIZER 1u
#define SR_BUILD_THREAD_SANITIZER 2u

/* What sr_plugin.build_flags says of the code that is being compiled. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SR_BUILD_HAS_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer)
#define SR_BUILD_HAS_THREAD_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SR_BUILD_HAS_ADDRESS_SANITIZER)
#define SR_BUILD_FLAGS SR_BUILD_ADDRESS_SANITIZER
#elif defined(__SANITIZE_THREAD__) || defined(SR_BUILD_HAS_THREAD_SANITIZER)
#define SR_BUILD_FLAGS SR_BUILD_THREAD_SANITIZER
#else
#define SR_BUILD_FLAGS 0u
#endif

/*
 * The plugin's description. Constant: the same pointer and content at every call, for as long as
 * the library is loaded.
 *
 * The host takes the plugin if magic and abi_major are its own and abi_minor_required is at most its
 * own minor. Set abi_minor_required to the version in which the newest member came that the plugin
 * cannot do without; a plugin that checks with SR_HAS says 0 and works everywhere.
 */
typedef struct sr_plugin {
  uint64_t magic; /* SR_ABI_MAGIC */
  size_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;          /* of the headers it was built with */
  uint32_t abi_minor_required; /* of the oldest host that can run it */
  uint32_t build_flags;
  sr_string name;      /* [a-z][a-z0-9_]* */
  sr_string version;   /* for people: "1.4.2" */
  sr_string toolchain; /* for people: compiler and standard library */
  /* At least one; each by a pointer of its own, so that sr_interface can grow. */
  const sr_interface* const* interfaces;
  size_t interface_count;
} sr_plugin;

/* The one exported symbol: const sr_plugin* sharkreg_plugin(void). Called on any thread, any number
 * of times, before anything else. Never fails, and does nothing but return the description. */
typedef const sr_plugin* (*sr_plugin_function)(void);
#define SR_PLUGIN_SYMBOL "sharkreg_plugin"

#ifdef __cplusplus
}
#endif

#endif /* SHARKREG_PLUGIN_ABI_H */
