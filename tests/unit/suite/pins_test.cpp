// SPDX-License-Identifier: Apache-2.0
// Pins in model files, alone and together with those of a lock file.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "model_file.h"

namespace sharkreg::core {
namespace {

const std::string sha = sha256_of("a");
const std::string other_sha = sha256_of("b");
const std::string md5 = sha.substr(0, 32);

std::string upper(std::string text) {
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'f') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

// {"source": "NAME", "sha256": "…", "md5": "…"}
std::string pinned(const std::string& name) {
  return fmt::format(R"({{"source": "{}", "sha256": "{}", "md5": "{}"}})", name, sha, upper(md5));
}

TEST_CASE_FIXTURE(ModelFile, "wherever a source is named it can be pinned") {
  const Case read = this->read(fmt::format(
      R"("programs": {{"onnx": {}}}, "pipeline_mlir": {}, "real_weights": {}, "inputs": [{}],
         "outputs": [{}], "tuner_file": {{"a/b": {}, "plain": "t.mlir"}})",
      pinned("p.onnx"), pinned("q.mlir"), pinned("w.irpa"), pinned("i.npy"),
      pinned("https://host/o.npy"), pinned("t.mlir")));
  const Source* all[] = {&read.programs.at(1).source, &read.pipeline_programs.at(0).source,
                         &read.weights.at(0).source,  &*read.inputs.at(0).source,
                         &*read.outputs.at(0).source, &read.tuner_file.at("a/b")};
  for (const Source* source : all) {
    CAPTURE(source->text);
    CHECK(source->pin == Pin{sha, md5});
  }
  CHECK(read.programs[0].source.pin.is_empty());
  CHECK(read.tuner_file.at("plain").pin.is_empty());
  CHECK(read.tuner_file.at("a/b").location == (tests_dir / "t.mlir").native());
  CHECK(read.outputs[0].source->location == "https://host/o.npy");

  std::vector<std::string> pointers;
  for (const Source* source : sources_of(read)) pointers.push_back(source->pointer);
  CHECK(pointers == std::vector<std::string>{"/mlir", "/programs/onnx", "/pipeline_mlir",
                                             "/tuner_file/a~1b", "/tuner_file/plain", "/inputs/0",
                                             "/outputs/0", "/real_weights"});
}

TEST_CASE_FIXTURE(ModelFile, "the object of a source does without pins as well") {
  CHECK(read(R"("pipeline_mlir": {"source": "q.mlir"})").pipeline_programs[0].source.text ==
        "q.mlir");
}

TEST_CASE_FIXTURE(ModelFile, "digests are read in capitals, and have their length") {
  const auto weights = [](const std::string& member, const std::string& digest) {
    return fmt::format(R"("real_weights": {{"source": "w.irpa", "{}": "{}"}})", member, digest);
  };
  CHECK(read(weights("sha256", upper(sha))).weights[0].source.pin.sha256 == sha);
  const std::string expected = ", expected a SHA-256 in 64 hexadecimal digits";
  CHECK(report(weights("sha256", "12")) ==
        "/real_weights/sha256: found the text \"12\"" + expected);
  CHECK(report(weights("sha256", sha + "0")) ==
        fmt::format("/real_weights/sha256: found the text \"{}0\"{}", sha, expected));
  CHECK(report(weights("sha256", "g" + sha.substr(1))) ==
        fmt::format("/real_weights/sha256: found the text \"g{}\"{}", sha.substr(1), expected));
  CHECK(report(weights("sha256", "")) == "/real_weights/sha256: found an empty text" + expected);
  CHECK(report(weights("md5", sha)) == fmt::format("/real_weights/md5: found the text \"{}\", "
                                                   "expected an MD5 in 32 hexadecimal digits",
                                                   sha));
  CHECK(report(R"("inputs": [{"source": "a.npy", "md5": null}])") ==
        "/inputs/0/md5: found null, expected an MD5 in 32 hexadecimal digits");
}

TEST_CASE_FIXTURE(ModelFile, "a pin needs a source") {
  const std::string expected =
      ": found a pin without a source, expected \"source\" beside it, which it pins";
  const std::string digest = fmt::format(R"("sha256": "{}")", sha);
  CHECK(report("\"real_weights\": {" + digest + "}") == "/real_weights/sha256" + expected);
  CHECK(report("\"inputs\": [{\"value\": \"i32=5\", " + digest + "}]") ==
        "/inputs/0/sha256" + expected);
  CHECK(report("\"outputs\": [{\"value\": \"(ignored)\", " + digest + "}]") ==
        "/outputs/0/sha256" + expected);
  CHECK(report(R"("pipeline_mlir": {})") ==
        "/pipeline_mlir: found no \"source\", "
        "expected a path or a URL, or an object that has it as \"source\"");
}

TEST_CASE_FIXTURE(ModelFile, "the object of a source has these members alone") {
  CHECK(report(R"("real_weights": {"source": "w.irpa", "sha265": "x"})") ==
        "/real_weights/sha265: found the unknown field \"sha265\", "
        "expected source or sha256 or md5; did you mean sha256?");
  CHECK(report(R"("real_weights": {"source": {"source": "w.irpa"}})") ==
        "/real_weights/source: found an object, expected a path or a URL");
  CHECK(report(R"("inputs": [{"source": {"source": "a.npy"}}])") ==
        "/inputs/0/source: found an object, expected a path or a URL");
  CHECK(report(R"("real_weights": {"source": "w"})") ==
        "/real_weights: found an object, "
        "expected a file name with an extension that says its format, such as .irpa");
}

struct Locked : ModelFile {
  void lock(const std::string& key, const std::string& digest) {
    auto file = LockFile(tests_dir / "sharkreg.lock");
    file.set(key, {digest, 1});
    options.lock = std::make_shared<const LockFile>(file);
  }
};

TEST_CASE_FIXTURE(Locked, "a lock file pins what the model file does not") {
  lock("model/w.irpa", sha);
  CHECK(read(R"("real_weights": "w.irpa")").weights[0].source.pin == Pin{sha, ""});
  CHECK(read(fmt::format(R"("real_weights": {{"source": "w.irpa", "md5": "{}"}})", md5))
            .weights[0]
            .source.pin == Pin{sha, md5});
  CHECK(read(R"("real_weights": "v.irpa")").weights[0].source.pin.is_empty());
  lock("t.mlir", sha);
  CHECK(read(R"("tuner_file": {"a1": "t.mlir"})").tuner_file.at("a1").pin.sha256 == sha);
}

TEST_CASE_FIXTURE(Locked, "model file and lock file have to agree") {
  lock("model/w.irpa", sha);
  const auto weights = [](const std::string& digest) {
    return fmt::format(R"("real_weights": {{"source": "w.irpa", "sha256": "{}"}})", digest);
  };
  CHECK(read(weights(upper(sha))).weights[0].source.pin.sha256 == sha);
  CHECK(report(weights(other_sha)) ==
        fmt::format("/real_weights/sha256: found the SHA-256 {}, expected {}, which {} pins "
                    "\"w.irpa\" to",
                    other_sha, sha, (tests_dir / "sharkreg.lock").native()));
}

TEST_CASE_FIXTURE(Locked, "what nothing pins at a URL is told") {
  lock("https://host/w.irpa", sha);
  const Case read = this->read(fmt::format(
      R"("real_weights": "https://host/w.irpa", "pipeline_mlir": "https://host/q.mlir",
         "inputs": [{{"source": "https://host/i.npy", "md5": "{}"}}],
         "outputs": [{{"source": "file:///o.npy"}}])",
      md5));
  std::vector<std::string> pointers;
  for (const Source* source : unpinned_sources_of(read)) pointers.push_back(source->pointer);
  CHECK(pointers == std::vector<std::string>{"/pipeline_mlir", "/outputs/0"});
}

}  // namespace
}  // namespace sharkreg::core
