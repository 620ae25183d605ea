// SPDX-License-Identifier: Apache-2.0
// Models of one program and one output each, and stub tools that do what the name of a submodel
// asks for; for the tests of what of a run is done, and how often.
#pragma once

#include <functional>

#include "sharkreg_run.h"

namespace sharkreg::e2e {

// The submodels of the model "m" and what becomes of them on cpu:
//   good…    passes
//   wrong…   runs, and gives wrong numbers
//   broken…  does not compile
//   stops…   compiles, and its run exits with status 1
//   flaky…   its first compile exits with 0 and writes nothing (infra); later ones are fine
//   loose…   gives another last bit each time, which is still close enough
// A file that exists keeps the tools of its submodel waiting: hold("good_a") and let_go("good_a").
class StepsScene {
 public:
  explicit StepsScene(const std::vector<std::string>& submodels);

  Arguments arguments(const Arguments& more = {}) const;
  Ended run(const Arguments& more = {}) const;
  Running start(const Arguments& more = {}) const;

  void hold(const std::string& submodel) const;
  void let_go(const std::string& submodel) const;

  // How often a tool was started for a submodel: "iree-compile", "iree-run-module".
  std::size_t executions(const std::string& tool, const std::string& submodel) const;

  // "good_a compile cpu: pass" of all steps of the last run, sorted.
  std::vector<std::string> verdicts() const;
  std::string verdict(const std::string& submodel, const std::string& step) const;
  core::StepFinished step(const std::string& submodel, const std::string& step) const;

  std::filesystem::path output(const std::string& submodel) const;  // the compiled module

  Sandbox box;
};

// Waits for a condition; fails the test if it does not come true in two minutes.
void wait_until(const std::string& what, const std::function<bool()>& condition);

}  // namespace sharkreg::e2e
