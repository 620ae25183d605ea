// SPDX-License-Identifier: Apache-2.0
// Two models: "bad/model", which a test spoils in one way, and "fine/model", which must pass
// whatever is wrong with the other. And what every message has to be: one, about what and where.
#pragma once

#include "sharkreg_run.h"

namespace sharkreg::e2e {

// What the messages of a case have to hold, each as it is written here.
using Texts = std::vector<std::string>;

class Scene {
 public:
  // With stub tools: they compile and run anything at once.
  Scene();

  // tests/bad/model.json. Files that it names lie beside it: program.mlir and bad.mlir are there.
  void write_bad_model(std::string_view json) const;
  std::filesystem::path bad_file(const std::string& name) const;

  // One output, "expected.npy" of 2xf32 holding 1 and 2, and a runtime that gives just that.
  void write_model_with_output() const;

  // Makes a stub tool do something else for bad.mlir and for the function "bad": `script`, in which
  // $output is the path behind -o or --output=@.
  void spoil(const std::string& tool, const std::string& script) const;

  // sharkreg with the stub tools, both models and the backend cpu.
  Arguments arguments(const Arguments& more = {}) const;
  Ended run(const Arguments& more = {}) const;

  Sandbox box;
};

// The content of an .npy file of 2xf32.
std::string npy_of_two(float first, float second);

// What a step says to the user, all of it.
std::string all_text(const core::StepFinished& step);

// Of the run that ended so: the step of bad/model has the verdict and says all texts, in one
// sentence of one line; no other step of it is bad; both steps of fine/model pass; the step is in
// what was printed; nothing goes to stderr.
void check_step(const Sandbox& box, const Ended& ended, const std::string& step,
                const std::string& verdict, int exit_status, const Texts& texts);

// One message on stderr, of one line and perhaps another with a hint, that has all texts; nothing
// on stdout.
void check_refusal(const Ended& ended, int exit_status, const Texts& texts);

// A command that went well, with fine/model's two steps passed.
void check_fine(const Sandbox& box, const Ended& ended);

}  // namespace sharkreg::e2e
