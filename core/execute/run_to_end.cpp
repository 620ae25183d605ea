// SPDX-License-Identifier: Apache-2.0
#include "execute/run_to_end.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "base/files.h"
#include "execute/process_launcher.h"

namespace sharkreg::core {
namespace {

constexpr std::uint64_t most_output = std::uint64_t{64} << 20;

}  // namespace

Result<Answer> run_to_end(const std::filesystem::path& supervisor, LaunchRequest request) {
  std::error_code error;
  std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  // A TMPDIR that is not there is no reason to ask nothing.
  if (error) parent = "/tmp";
  auto directory = TemporaryDirectory::create(parent, "ask-");
  if (!directory) return directory.error();
  request.standard_output = directory->path() / "stdout";
  request.standard_error = directory->path() / "stderr";

  boost::asio::io_context io{1};
  const auto guard = boost::asio::make_work_guard(io);
  ProcessLauncher launcher(io, supervisor);
  std::optional<Result<LaunchResult>> launched;
  launcher.launch(request, [&](Result<LaunchResult> result) { launched = std::move(result); });
  while (!launched) io.run_one();
  if (!*launched) return launched->error();

  auto out = read_file(request.standard_output, most_output);
  if (!out) return out.error();
  auto err = read_file(request.standard_error, most_output);
  if (!err) return err.error();
  return Answer{**launched, std::move(*out), std::move(*err)};
}

}  // namespace sharkreg::core
