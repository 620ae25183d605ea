/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin of all four kinds, in plain C, from the headers of ABI 1.0 in include/. It is small, but
 * whole: its "programs" are .npy files, which it compiles by copying them (in process), and runs by
 * having /bin/cp write them as their result.
 */
#include <stdio.h>
#include <string.h>

#include <sharkreg/backend_abi.h>
#include <sharkreg/comparator_abi.h>
#include <sharkreg/execute_abi.h>
#include <sharkreg/fetcher_abi.h>
#include <sharkreg/tuner_abi.h>

#define TEXT(literal) ((sr_string){literal, sizeof(literal) - 1})

static int is(sr_string text, const char* wanted) {
  return text.size == strlen(wanted) && memcmp(text.data, wanted, text.size) == 0;
}

static sr_status failed(sr_writer* answer, sr_string message) {
  answer->fail(answer, message, TEXT(""));
  return SR_FAILED;
}

/* For fopen: text with a terminator. Zero if it does not fit. */
static int copy_path(sr_string path, char* out, size_t size) {
  if (path.size >= size) return 0;
  memcpy(out, path.data, path.size);
  out[path.size] = '\0';
  return 1;
}

/* --- Instances: each kind keeps the host, to tell it something ----------------------------------- */

static sr_status create(const sr_host* host, const sr_reader* configuration, sr_writer* error,
                        void** self) {
  size_t directories = 0;
  if (configuration->get_count(configuration, TEXT("/tool_directories"), &directories) ==
      SR_INVALID) {
    return failed(error, TEXT("the tool directories are no array"));
  }
  *self = (void*)host;
  return SR_OK;
}

static void destroy(void* self) {
  (void)self;
}

/* --- Backend ------------------------------------------------------------------------------------- */

static sr_status describe_backend(void* self, sr_writer* answer) {
  (void)self;
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_BACKEND_DESCRIPTION_SCHEMA));
  answer->put_string(answer, TEXT("/program_formats/-"), TEXT("copied"));
  answer->put_boolean(answer, TEXT("/takes_tuner_file"), 1);
  answer->put_string(answer, TEXT("/options/-/name"), TEXT("vintage-year"));
  answer->put_string(answer, TEXT("/options/0/type"), TEXT("integer"));
  answer->put_string(answer, TEXT("/options/0/default"), TEXT("2026"));
  return answer->put_string(answer, TEXT("/options/0/help"), TEXT("when it was made"));
}

static sr_status probe(void* self, const sr_reader* request, sr_writer* answer) {
  const sr_host* host = self;
  int32_t devices = 1;
  request->get_boolean(request, TEXT("/devices"), &devices);
  if (SR_HAS(host, sr_host, log)) host->log(host, SR_LOG_NOTE, TEXT("vintage was probed"));
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_PROBE_SCHEMA));
  if (!devices) return SR_OK;
  answer->put_string(answer, TEXT("/devices/-/id"), TEXT("vintage-0"));
  return answer->put_string(answer, TEXT("/devices/0/name"), TEXT("a barrel"));
}

static sr_status plan_compile(void* self, const sr_reader* request, sr_writer* answer) {
  sr_string tuner = {0, 0};
  (void)self;
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_COMPILE_PLAN_SCHEMA));
  answer->put_string(answer, TEXT("/actions/-/name"), TEXT("compile"));
  answer->put_boolean(answer, TEXT("/actions/0/in_process"), 1);
  answer->put_string(answer, TEXT("/actions/0/arguments/-/-/in"), TEXT("program"));
  answer->put_string(answer, TEXT("/actions/0/outputs/-/id"), TEXT("module"));
  answer->put_string(answer, TEXT("/actions/0/outputs/0/file_name"), TEXT("module.npy"));
  if (request->get_string(request, TEXT("/tuner_file/id"), &tuner) == SR_OK) {
    answer->put_string(answer, TEXT("/actions/0/inputs/-"), tuner);
  }
  return SR_OK;
}

static sr_status plan_run(void* self, const sr_reader* request, sr_writer* answer) {
  sr_string expectation = {0, 0};
  (void)self;
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_RUN_PLAN_SCHEMA));
  answer->put_string(answer, TEXT("/actions/-/name"), TEXT("run"));
  answer->put_string(answer, TEXT("/actions/0/program"), TEXT("/bin/cp"));
  answer->put_string(answer, TEXT("/actions/0/arguments/-/-/in"), TEXT("module"));
  answer->put_string(answer, TEXT("/actions/0/arguments/-/-/out"), TEXT("output_0"));
  answer->put_string(answer, TEXT("/actions/0/outputs/-/id"), TEXT("output_0"));
  answer->put_string(answer, TEXT("/actions/0/outputs/0/file_name"), TEXT("output_0.npy"));
  answer->put_integer(answer, TEXT("/actions/0/device_count"), 1);
  if (request->get_string(request, TEXT("/expectations/0/file/id"), &expectation) != SR_OK) {
    return SR_OK;
  }
  answer->put_string(answer, TEXT("/results/-/name"), TEXT("output_0"));
  answer->put_string(answer, TEXT("/results/0/output"), TEXT("output_0"));
  answer->put_string(answer, TEXT("/results/0/format"), TEXT("npy"));
  answer->put_string(answer, TEXT("/results/0/expectation"), expectation);
  return answer->put_string(answer, TEXT("/results/0/comparator"), TEXT("vintage_bytes"));
}

static sr_status classify(void* self, const sr_reader* request, sr_writer* answer) {
  int32_t compiling = 0;
  (void)self;
  request->get_boolean(request, TEXT("/compiling"), &compiling);
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_CLASSIFICATION_SCHEMA));
  answer->put_string(answer, TEXT("/kind"), compiling ? TEXT("compile-error") : TEXT("run-error"));
  return answer->put_string(answer, TEXT("/sentence"), TEXT("the barrel leaks"));
}

static sr_status execute(void* self, const sr_reader* request, sr_writer* answer) {
  sr_string from = {0, 0}, to = {0, 0};
  char path[4096];
  char buffer[4096];
  size_t size = 0;
  FILE* in = 0;
  FILE* out = 0;
  (void)self;
  if (request->get_string(request, TEXT("/inputs/program"), &from) != SR_OK ||
      request->get_string(request, TEXT("/outputs/module"), &to) != SR_OK) {
    return failed(answer, TEXT("the request names no program or no module"));
  }
  if (copy_path(from, path, sizeof path)) in = fopen(path, "rb");
  if (copy_path(to, path, sizeof path)) out = fopen(path, "wb");
  while (in && out && (size = fread(buffer, 1, sizeof buffer, in)) > 0) {
    fwrite(buffer, 1, size, out);
  }
  if (in) fclose(in);
  if (!in || !out || fclose(out) != 0) return failed(answer, TEXT("the program was not copied"));
  return answer->put_string(answer, TEXT("/schema"), TEXT(SR_EXECUTE_ANSWER_SCHEMA));
}

static const sr_backend_functions backend_functions = {
    .struct_size = sizeof(sr_backend_functions),
    .describe = describe_backend,
    .probe = probe,
    .plan_compile = plan_compile,
    .plan_run = plan_run,
    .classify = classify,
};

static const sr_execute_functions execute_functions = {
    .struct_size = sizeof(sr_execute_functions),
    .execute = execute,
};

static const void* get_extension(void* self, sr_string id) {
  (void)self;
  return is(id, SR_EXECUTE_ID) ? &execute_functions : 0;
}

static const sr_interface backend = {
    .struct_size = sizeof(sr_interface),
    .id = {SR_BACKEND_ID, sizeof SR_BACKEND_ID - 1},
    .name = {"vintage", 7},
    .create = create,
    .destroy = destroy,
    .get_extension = get_extension,
    .functions = &backend_functions,
};

/* --- Artifact fetcher: "vintage:///absolute/path" -------------------------------------------------- */

static sr_status describe_fetcher(void* self, sr_writer* answer) {
  (void)self;
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_FETCHER_DESCRIPTION_SCHEMA));
  return answer->put_string(answer, TEXT("/schemes/-"), TEXT("vintage"));
}

static FILE* open_url(sr_string url) {
  char path[4096];
  const sr_string rest = {url.data + 10, url.size - 10};
  return url.size > 10 && copy_path(rest, path, sizeof path) ? fopen(path, "rb") : 0;
}

static sr_status stat_url(void* self, sr_string url, sr_writer* answer) {
  FILE* file = open_url(url);
  long size = 0;
  (void)self;
  if (!file) return SR_ABSENT;
  fseek(file, 0, SEEK_END);
  size = ftell(file);
  fclose(file);
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_ARTIFACT_INFORMATION_SCHEMA));
  answer->put_boolean(answer, TEXT("/ranges"), 1);
  return answer->put_integer(answer, TEXT("/size"), size);
}

static sr_status read_url(void* self, sr_string url, sr_string validator, uint64_t offset,
                          uint64_t length, void* context, sr_receive_bytes receive,
                          sr_writer* answer) {
  FILE* file = open_url(url);
  char buffer[64];
  sr_status status = SR_OK;
  (void)self, (void)validator;
  if (!file) return failed(answer, TEXT("it cannot be opened"));
  fseek(file, (long)offset, SEEK_SET);
  while (length > 0) {
    const size_t most = length < sizeof buffer ? (size_t)length : sizeof buffer;
    const size_t size = fread(buffer, 1, most, file);
    if (size == 0) break;
    length -= size;
    if (receive(context, buffer, size) != 0) {
      status = SR_CANCELLED;
      break;
    }
  }
  fclose(file);
  return status;
}

static const sr_fetcher_functions fetcher_functions = {
    .struct_size = sizeof(sr_fetcher_functions),
    .describe = describe_fetcher,
    .stat = stat_url,
    .read = read_url,
};

static const sr_interface fetcher = {
    .struct_size = sizeof(sr_interface),
    .id = {SR_FETCHER_ID, sizeof SR_FETCHER_ID - 1},
    .name = {"vintage", 7},
    .create = create,
    .destroy = destroy,
    .functions = &fetcher_functions,
};

/* --- Comparator ---------------------------------------------------------------------------------- */

static sr_status describe_comparator(void* self, sr_writer* answer) {
  (void)self;
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_COMPARATOR_DESCRIPTION_SCHEMA));
  return answer->put_array(answer, TEXT("/arguments"));
}

static sr_status compare(void* self, const sr_tensor* expected, const sr_tensor* actual,
                         const sr_reader* arguments, sr_writer* answer) {
  const unsigned char* a = expected->data;
  const unsigned char* b = actual->data;
  int64_t mismatches = 0;
  size_t count = 0;
  (void)self;
  if (arguments->get_count(arguments, TEXT("/arguments"), &count) == SR_OK && count > 0) {
    answer->fail(answer, TEXT("it takes no arguments"), TEXT("leave them out"));
    return SR_INVALID;
  }
  for (uint64_t i = 0; i < expected->byte_size; ++i) mismatches += a[i] != b[i];
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_COMPARISON_SCHEMA));
  answer->put_boolean(answer, TEXT("/match"), mismatches == 0);
  answer->put_integer(answer, TEXT("/mismatch_count"), mismatches);
  if (mismatches) answer->put_string(answer, TEXT("/message"), TEXT("some bytes differ"));
  return answer->put_number(answer, TEXT("/metrics/rank"), expected->rank);
}

static const sr_comparator_functions comparator_functions = {
    .struct_size = sizeof(sr_comparator_functions),
    .describe = describe_comparator,
    .compare = compare,
};

static const sr_interface comparator = {
    .struct_size = sizeof(sr_interface),
    .id = {SR_COMPARATOR_ID, sizeof SR_COMPARATOR_ID - 1},
    .name = {"vintage_bytes", 13},
    .create = create,
    .destroy = destroy,
    .functions = &comparator_functions,
};

/* --- Tuner resolver: the file for the SKU "any" -------------------------------------------------- */

static sr_status resolve(void* self, const sr_reader* request, sr_writer* answer) {
  sr_string path = {0, 0};
  (void)self;
  if (request->get_string(request, TEXT("/tuner_file/any"), &path) != SR_OK) return SR_ABSENT;
  answer->put_string(answer, TEXT("/schema"), TEXT(SR_TUNER_CHOICE_SCHEMA));
  return answer->put_string(answer, TEXT("/path"), path);
}

static const sr_tuner_functions tuner_functions = {
    .struct_size = sizeof(sr_tuner_functions),
    .resolve = resolve,
};

static const sr_interface tuner = {
    .struct_size = sizeof(sr_interface),
    .id = {SR_TUNER_ID, sizeof SR_TUNER_ID - 1},
    .name = {"vintage_tuner", 13},
    .create = create,
    .destroy = destroy,
    .functions = &tuner_functions,
};

/* --- The plugin ---------------------------------------------------------------------------------- */

static const sr_interface* const interfaces[] = {&backend, &fetcher, &comparator, &tuner};

__attribute__((visibility("default"))) const sr_plugin* sharkreg_plugin(void) {
  static const sr_plugin plugin = {
      .magic = SR_ABI_MAGIC,
      .struct_size = sizeof(sr_plugin),
      .abi_major = SR_ABI_MAJOR,
      .abi_minor = SR_ABI_MINOR,
      .abi_minor_required = 0,
      .build_flags = SR_BUILD_FLAGS,
      .name = {"vintage", 7},
      .version = {"1.0", 3},
      .toolchain = {"C11, ABI 1.0", 12},
      .interfaces = interfaces,
      .interface_count = sizeof interfaces / sizeof interfaces[0],
  };
  return &plugin;
}
