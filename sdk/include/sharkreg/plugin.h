// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_PLUGIN_H
#define SHARKREG_PLUGIN_H

// Turns C++ classes into a plugin. One source file of the plugin says, at namespace scope:
//
//   SHARKREG_PLUGIN("acme", "1.0", sharkreg::backend<AcmeBackend>("acme"),
//                   sharkreg::comparator<AcmeComparator>("acme_cosine"))
//
// Each class derives from Backend, ArtifactFetcher, Comparator or TunerResolver, and has a
// constructor that takes (const Configuration&, const Host&), or (const Configuration&), or nothing.
// It must accept an empty configuration. Exceptions of any kind stay inside: the host is told.
//
// A class whose functions several threads may call at once on one object says so:
//
//   static constexpr bool thread_safe = true;

#include <sharkreg/backend.h>
#include <sharkreg/comparator.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/host.h>
#include <sharkreg/tuner.h>

#include <memory>
#include <type_traits>

namespace sharkreg {
namespace detail {

// Runs one call of the host; whatever is thrown becomes a status and a text.
template <class Function>
sr_status guarded(sr_writer* answer, Function&& function) noexcept {
  try {
    return function();
  } catch (const Failure& failure) {
    answer->fail(answer, to_abi(failure.what()), to_abi(failure.hint()));
    if (failure.retry_after().count() > 0 && SR_HAS(answer, sr_writer, retry_after)) {
      answer->retry_after(answer, static_cast<std::uint64_t>(failure.retry_after().count()));
    }
    return static_cast<sr_status>(failure.kind());
  } catch (const std::exception& error) {
    answer->fail(answer, to_abi(error.what()), sr_string{});
    return SR_FAILED;
  } catch (...) {
    answer->fail(answer, to_abi("an exception of unknown type"), sr_string{});
    return SR_FAILED;
  }
}

// An instance together with what it holds on to.
template <class Implementation>
struct Instance {
  Instance(const sr_host* table, const Configuration& configuration)
      : host(table), object(make(configuration, host)) {}

  static std::unique_ptr<Implementation> make(const Configuration& configuration,
                                              const Host& host) {
    if constexpr (std::is_constructible_v<Implementation, const Configuration&, const Host&>) {
      return std::make_unique<Implementation>(configuration, host);
    } else if constexpr (std::is_constructible_v<Implementation, const Configuration&>) {
      return std::make_unique<Implementation>(configuration);
    } else {
      return std::make_unique<Implementation>();
    }
  }

  AbiHost host;
  std::unique_ptr<Implementation> object;
};

template <class Implementation>
Implementation& object_of(void* self) {
  return *static_cast<Instance<Implementation>*>(self)->object;
}

template <class Implementation>
sr_status create(const sr_host* host, const sr_reader* configuration, sr_writer* error,
                 void** self) {
  return guarded(error, [&] {
    *self = new Instance<Implementation>(host, decode<Configuration>(configuration));
    return SR_OK;
  });
}

template <class Implementation>
void destroy(void* self) {
  delete static_cast<Instance<Implementation>*>(self);
}

template <class Implementation>
sr_status describe(void* self, sr_writer* answer) {
  return guarded(answer, [&] {
    encode(answer, object_of<Implementation>(self).describe());
    return SR_OK;
  });
}

template <class T>
struct BackendThunks {
  static sr_status probe(void* self, const sr_reader* request, sr_writer* answer) {
    return guarded(answer, [&] {
      encode(answer, object_of<T>(self).probe(decode<ProbeRequest>(request)));
      return SR_OK;
    });
  }
  static sr_status plan_compile(void* self, const sr_reader* request, sr_writer* answer) {
    return guarded(answer, [&] {
      encode(answer, object_of<T>(self).plan_compile(decode<CompileRequest>(request)));
      return SR_OK;
    });
  }
  static sr_status plan_run(void* self, const sr_reader* request, sr_writer* answer) {
    return guarded(answer, [&] {
      encode(answer, object_of<T>(self).plan_run(decode<RunRequest>(request)));
      return SR_OK;
    });
  }
  static sr_status classify(void* self, const sr_reader* request, sr_writer* answer) {
    return guarded(answer, [&] {
      encode(answer, object_of<T>(self).classify(decode<FailureReport>(request)));
      return SR_OK;
    });
  }
  static sr_status execute(void* self, const sr_reader* request, sr_writer* answer) {
    return guarded(answer, [&] {
      encode(answer, object_of<T>(self).execute(decode<ExecuteRequest>(request)));
      return SR_OK;
    });
  }
  static const void* get_extension(void*, sr_string id) {
    static const sr_execute_functions execute_functions{sizeof(sr_execute_functions), &execute};
    return from_abi(id) == SR_EXECUTE_ID ? &execute_functions : nullptr;
  }
  static const void* functions() {
    static const sr_backend_functions table{
        sizeof(sr_backend_functions), &describe<T>, &probe, &plan_compile, &plan_run, &classify};
    return &table;
  }
};

template <class T>
struct FetcherThunks {
  static sr_status stat(void* self, sr_string url, sr_writer* answer) {
    return guarded(answer, [&] {
      const auto information = object_of<T>(self).stat(std::string(from_abi(url)));
      if (!information) return SR_ABSENT;
      encode(answer, *information);
      return SR_OK;
    });
  }
  static sr_status read(void* self, sr_string url, sr_string validator, std::uint64_t offset,
                        std::uint64_t length, void* context, sr_receive_bytes receive,
                        sr_writer* answer) {
    return guarded(answer, [&] {
      object_of<T>(self).read(
          std::string(from_abi(url)), {offset, length, std::string(from_abi(validator))},
          [&](const void* bytes, std::size_t size) { return receive(context, bytes, size) == 0; });
      return SR_OK;
    });
  }
  // What it says of the artifact is in the answer before the first byte, as the host expects.
  static sr_status get(void* self, sr_string url, std::uint64_t length, void* context,
                       sr_receive_bytes receive, sr_writer* answer) {
    return guarded(answer, [&] {
      const bool found = object_of<T>(self).get(
          std::string(from_abi(url)), length,
          [&](const ArtifactInformation& information) {
            encode(answer, information);
            return true;
          },
          [&](const void* bytes, std::size_t size) { return receive(context, bytes, size) == 0; });
      return found ? SR_OK : SR_ABSENT;
    });
  }
  static const void* get_extension(void*, sr_string id) {
    static const sr_get_functions get_functions{sizeof(sr_get_functions), &get};
    return from_abi(id) == SR_GET_ID ? &get_functions : nullptr;
  }
  static const void* functions() {
    static const sr_fetcher_functions table{sizeof(sr_fetcher_functions), &describe<T>, &stat,
                                            &read};
    return &table;
  }
};

inline TensorView view_of(const sr_tensor& tensor) {
  TensorView view;
  view.type = static_cast<ElementType>(tensor.element_type);
  // A type of a later version is bytes to this one.
  if (information_of(view.type) == nullptr) view.type = ElementType::opaque;
  view.shape.assign(tensor.shape, tensor.shape + tensor.rank);
  view.data = tensor.data;
  view.byte_size = tensor.byte_size;
  if (SR_HAS(&tensor, sr_tensor, element_bits)) view.element_bits = tensor.element_bits;
  if (SR_COVERS(&tensor, sr_tensor, type_name)) view.type_name = from_abi(tensor.type_name);
  return view;
}

template <class T>
struct ComparatorThunks {
  static sr_status compare(void* self, const sr_tensor* expected, const sr_tensor* actual,
                           const sr_reader* arguments, sr_writer* answer) {
    return guarded(answer, [&] {
      encode(answer, object_of<T>(self).compare(view_of(*expected), view_of(*actual),
                                                decode<ComparatorArguments>(arguments).arguments));
      return SR_OK;
    });
  }
  static const void* functions() {
    static const sr_comparator_functions table{sizeof(sr_comparator_functions), &describe<T>,
                                               &compare};
    return &table;
  }
};

template <class T>
struct TunerThunks {
  static sr_status resolve(void* self, const sr_reader* request, sr_writer* answer) {
    return guarded(answer, [&] {
      const auto choice = object_of<T>(self).resolve(decode<TunerRequest>(request));
      if (!choice) return SR_ABSENT;
      encode(answer, *choice);
      return SR_OK;
    });
  }
  static const void* functions() {
    static const sr_tuner_functions table{sizeof(sr_tuner_functions), &resolve};
    return &table;
  }
};

inline const void* no_extension(void*, sr_string) {
  return nullptr;
}

template <class T, class = void>
struct IsThreadSafe : std::false_type {};

template <class T>
struct IsThreadSafe<T, std::enable_if_t<T::thread_safe>> : std::true_type {};

template <class T>
sr_interface interface_of(const char* id, std::string_view name, const void* functions,
                          const void* (*get_extension)(void*, sr_string) = &no_extension) {
  sr_interface result{};
  result.struct_size = sizeof result;
  result.flags = IsThreadSafe<T>::value ? SR_INTERFACE_THREAD_SAFE : 0;
  result.id = to_abi(id);
  result.name = to_abi(name);
  result.create = &create<T>;
  result.destroy = &destroy<T>;
  result.get_extension = get_extension;
  result.functions = functions;
  return result;
}

constexpr std::string_view toolchain() {
#if defined(__clang__) && defined(_LIBCPP_VERSION)
  return "clang " __clang_version__ ", libc++";
#elif defined(__clang__)
  return "clang " __clang_version__ ", libstdc++";
#else
  return "g++ " __VERSION__ ", libstdc++";
#endif
}

// The description of a plugin, and what its pointers point to.
template <std::size_t count>
class Plugin {
 public:
  template <class... Interfaces>
  Plugin(std::string_view name, std::string_view version, Interfaces... interfaces)
      : interfaces_{interfaces...} {
    for (std::size_t index = 0; index < count; ++index) pointers_[index] = &interfaces_[index];
    descriptor_.magic = SR_ABI_MAGIC;
    descriptor_.struct_size = sizeof descriptor_;
    descriptor_.abi_major = SR_ABI_MAJOR;
    descriptor_.abi_minor = SR_ABI_MINOR;
    // All that the SDK cannot do without came with 1.0; what came later, it asks for by SR_HAS.
    descriptor_.abi_minor_required = 0;
    descriptor_.build_flags = SR_BUILD_FLAGS;
    descriptor_.name = to_abi(name);
    descriptor_.version = to_abi(version);
    descriptor_.toolchain = to_abi(toolchain());
    descriptor_.interfaces = pointers_;
    descriptor_.interface_count = count;
  }

  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const sr_plugin* descriptor() const { return &descriptor_; }

 private:
  sr_interface interfaces_[count];
  const sr_interface* pointers_[count];
  sr_plugin descriptor_{};
};

template <class... Interfaces>
Plugin(std::string_view, std::string_view, Interfaces...) -> Plugin<sizeof...(Interfaces)>;

}  // namespace detail

// Entries of SHARKREG_PLUGIN. `name` is what users call the implementation.
template <class T>
sr_interface backend(std::string_view name) {
  using Thunks = detail::BackendThunks<T>;
  return detail::interface_of<T>(SR_BACKEND_ID, name, Thunks::functions(), &Thunks::get_extension);
}

template <class T>
sr_interface artifact_fetcher(std::string_view name) {
  using Thunks = detail::FetcherThunks<T>;
  return detail::interface_of<T>(SR_FETCHER_ID, name, Thunks::functions(), &Thunks::get_extension);
}

template <class T>
sr_interface comparator(std::string_view name) {
  return detail::interface_of<T>(SR_COMPARATOR_ID, name, detail::ComparatorThunks<T>::functions());
}

template <class T>
sr_interface tuner_resolver(std::string_view name) {
  return detail::interface_of<T>(SR_TUNER_ID, name, detail::TunerThunks<T>::functions());
}

}  // namespace sharkreg

#define SHARKREG_PLUGIN(name, version, ...)                                              \
  extern "C" __attribute__((visibility("default"))) const sr_plugin* sharkreg_plugin() { \
    static const sharkreg::detail::Plugin plugin(name, version, __VA_ARGS__);            \
    return plugin.descriptor();                                                          \
  }

#endif  // SHARKREG_PLUGIN_H
