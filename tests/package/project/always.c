/* SPDX-License-Identifier: Apache-2.0 */
/* A tuner resolver in C that never has a tuner file. */
#include <sharkreg/tuner_abi.h>

static sr_status create(const sr_host* host, const sr_reader* configuration, sr_writer* error,
                        void** self) {
  (void)host, (void)configuration, (void)error;
  *self = 0;
  return SR_OK;
}

static void destroy(void* self) {
  (void)self;
}

static sr_status resolve(void* self, const sr_reader* request, sr_writer* answer) {
  (void)self, (void)request, (void)answer;
  return SR_ABSENT;
}

static const sr_tuner_functions functions = {
    .struct_size = sizeof(sr_tuner_functions),
    .resolve = resolve,
};

static const sr_interface tuner = {
    .struct_size = sizeof(sr_interface),
    .id = {SR_TUNER_ID, sizeof SR_TUNER_ID - 1},
    .name = {"always", 6},
    .create = create,
    .destroy = destroy,
    .functions = &functions,
};

static const sr_interface* const interfaces[] = {&tuner};

__attribute__((visibility("default"))) const sr_plugin* sharkreg_plugin(void);

const sr_plugin* sharkreg_plugin(void) {
  static const sr_plugin plugin = {
      .magic = SR_ABI_MAGIC,
      .struct_size = sizeof(sr_plugin),
      .abi_major = SR_ABI_MAJOR,
      .abi_minor = SR_ABI_MINOR,
      .build_flags = SR_BUILD_FLAGS,
      .name = {"always", 6},
      .version = {"1.0", 3},
      .interfaces = interfaces,
      .interface_count = 1,
  };
  return &plugin;
}
