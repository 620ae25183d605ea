// SPDX-License-Identifier: Apache-2.0
#include "execute/staging.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "plugin_host/worker_request.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* request_name = ".sharkreg-request.json";

Error trouble(std::string message, std::string hint = {}) {
  return {ErrorKind::infrastructure, std::move(message), std::move(hint)};
}

Error failed(const std::string& what, const fs::path& path, int number) {
  return trouble(what + " " + path.string() + ": " + std::strerror(number));
}

// A directory in the place of a file makes some tools crash, so it is found out here.
Result<fs::path> readable_file(const fs::path& path) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) return trouble(path.string() + ": " + error.message());
  if (!fs::is_regular_file(target, error)) return trouble(path.string() + " is not a regular file");
  if (::access(target.c_str(), R_OK) != 0) return failed("cannot read", path, errno);
  return target;
}

Result<void> link_inputs(const CasePlan& plan, const PlannedAction& planned,
                         const std::map<std::string, std::string>& names, StagedAction& staged) {
  for (const auto& [id, name] : names) {
    const fs::path path = path_of(plan, planned.inputs.at(id));
    const Result<fs::path> target = readable_file(path);
    if (!target) return target.error();
    const fs::path link = staged.directory.path() / name;
    if (const auto made = make_directories(link.parent_path()); !made) return made.error();
    if (::symlink(target->c_str(), link.c_str()) != 0) return failed("cannot link", link, errno);
    staged.names[name] = path.string();
  }
  return {};
}

// A later value of a variable replaces an earlier one: that of a device what the action passes on.
void set_variable(LaunchRequest& request, const EnvironmentVariable& variable) {
  const char* inherited = variable.value ? nullptr : std::getenv(variable.name.c_str());
  if (!variable.value && inherited == nullptr) return;
  std::erase_if(request.environment,
                [&](const auto& entry) { return entry.first == variable.name; });
  request.environment.emplace_back(variable.name,
                                   variable.value.value_or(inherited ? inherited : ""));
}

Result<void> bind_in_process(const PlannedAction& planned, const StagedAction& staged,
                             const std::map<std::string, std::string>& names,
                             const fs::path& worker, LaunchRequest& request) {
  WorkerRequest file;
  file.library = planned.plugin_library;
  file.trusted_sha256 = planned.plugin_trusted_sha256;
  file.interface = SR_BACKEND_ID;
  file.name = planned.plugin_interface;
  file.configuration = planned.configuration;
  file.request.action = planned.action.name;
  file.request.arguments = bind_arguments(planned, names);
  file.request.inputs = names;
  for (const ActionOutput& output : planned.action.outputs) {
    file.request.outputs[output.id] = output.file_name;
    if (output.id == planned.action.answer_output) file.answer = output.file_name;
  }
  const fs::path path = staged.directory.path() / request_name;
  if (const auto written = write_file_atomically(path, to_json(file)); !written) {
    return written.error();
  }
  request.program = worker;
  request.arguments = {"execute", request_name};
  return {};
}

// compilation_info.json of acme_a1 is placed as compilation_info.acme_a1.json.
std::string tagged(const fs::path& name, const std::string& tag) {
  return name.stem().string() + "." + tag + name.extension().string();
}

Result<void> rename_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::is_directory(from, error) || fs::is_directory(to, error)) fs::remove_all(to, error);
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("cannot place", to, errno);
  return {};
}

// The plain name leads to the file that was placed last.
Result<void> link_plain_name(const fs::path& directory, const std::string& name,
                             const std::string& target, const fs::path& scratch) {
  const fs::path link = scratch / ".sharkreg-link";
  if (::symlink(target.c_str(), link.c_str()) != 0) return failed("cannot link", link, errno);
  return rename_over(link, directory / name);
}

Result<void> place_side_files(const PlannedAction& planned, const StagedAction& staged,
                              std::vector<fs::path>& placed) {
  for (const std::string& name : left_entries(staged)) {
    const std::string final_name = tagged(name, planned.side_file_tag);
    const fs::path place = planned.output_directory / final_name;
    if (auto done = rename_over(staged.directory.path() / name, place); !done) return done;
    if (auto done =
            link_plain_name(planned.output_directory, name, final_name, staged.directory.path());
        !done) {
      return done;
    }
    placed.push_back(place);
  }
  return {};
}

}  // namespace

std::vector<std::string> left_entries(const StagedAction& staged) {
  std::set<std::string> own = {request_name};
  for (const auto& [name, path] : staged.names) own.insert(*fs::path(name).begin());
  std::vector<std::string> left;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(staged.directory.path(), error)) {
    std::string name = entry.path().filename();
    if (!own.contains(name)) left.push_back(std::move(name));
  }
  std::ranges::sort(left);
  return left;
}

Result<StagedAction> stage(const CasePlan& plan, std::size_t action, const Allotment& allotment,
                           const fs::path& worker) {
  const PlannedAction& planned = plan.actions.at(action);
  const std::string& missing = planned.action.program_missing;
  if (!planned.action.in_process && !missing.empty()) return trouble(missing);
  if (const auto made = make_directories(planned.log_directory); !made) return made.error();
  auto directory = TemporaryDirectory::create(planned.output_directory, "sharkreg-");
  if (!directory) return directory.error();

  StagedAction staged{std::move(*directory), {}, {}};
  const auto names = names_of_inputs(plan, planned);
  if (const auto linked = link_inputs(plan, planned, names, staged); !linked) {
    return linked.error();
  }
  LaunchRequest& request = staged.request;
  request.working_directory = staged.directory.path();
  request.standard_output = planned.log_directory / (planned.action.name + ".stdout.log");
  request.standard_error = planned.log_directory / (planned.action.name + ".stderr.log");
  request.time_limit = planned.time_limit;
  request.limits = planned.limits;
  request.standard_output_is_result = !planned.action.standard_output.empty();
  for (const EnvironmentVariable& variable : planned.action.environment) {
    set_variable(request, variable);
  }
  for (const Device& device : allotment.devices) {
    for (const EnvironmentVariable& variable : device.environment) set_variable(request, variable);
  }
  if (planned.action.in_process) {
    if (const auto bound = bind_in_process(planned, staged, names, worker, request); !bound) {
      return bound.error();
    }
  } else {
    request.program = planned.action.program;
    request.arguments = bind_arguments(planned, names);
    if (allotment.serial) {
      request.arguments.insert(request.arguments.end(), planned.action.serial_arguments.begin(),
                               planned.action.serial_arguments.end());
    }
  }
  return staged;
}

Result<void> require_room(const PlannedAction& planned) {
  constexpr std::uintmax_t least = 4096;
  for (const fs::path& directory : {planned.output_directory, planned.log_directory}) {
    std::error_code error;
    const fs::space_info space = fs::space(directory, error);
    // What is kept back for root is free, but available to root only.
    const std::uintmax_t room = ::geteuid() == 0 ? space.free : space.available;
    if (error || room >= least) continue;
    return trouble(fmt::format("the disk of {} is full", directory.string()),
                   "make room there, or name directories on another disk: --cache-dir, "
                   "--output-dir, --artifacts-dir");
  }
  return {};
}

Result<std::vector<fs::path>> place_outputs(const CasePlan& plan, std::size_t action,
                                            const StagedAction& staged, bool succeeded) {
  const PlannedAction& planned = plan.actions.at(action);
  std::vector<fs::path> placed;
  std::error_code error;
  for (const ActionOutput& output : planned.action.outputs) {
    if (output.id == planned.action.standard_output) continue;
    const fs::path from = staged.directory.path() / output.file_name;
    const fs::path to = planned.output_directory / output.file_name;
    if (!succeeded) {
      fs::remove(from, error);
      fs::remove(to, error);
      continue;
    }
    if (!fs::is_regular_file(from, error)) {
      const bool other = fs::exists(from, error);
      return trouble(
          fmt::format("{} exited with status 0 {} {}",
                      fs::path(staged.request.program).filename().string(),
                      other ? "and left something else than a file as" : "without writing",
                      output.file_name),
          "a flag sent it elsewhere, the tool is broken, or it is not the tool that was meant");
    }
    if (const auto done = rename_over(from, to); !done) return done.error();
    placed.push_back(to);
  }
  if (const auto done = place_side_files(planned, staged, placed); !done) return done.error();
  return placed;
}

}  // namespace sharkreg::core
