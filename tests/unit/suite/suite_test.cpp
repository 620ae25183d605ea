// SPDX-License-Identifier: Apache-2.0
#include "suite/suite.h"

#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

struct WithModels {
  TemporaryDirectory owner =
      TemporaryDirectory::create(fs::temp_directory_path(), "models-").value();

  void write(const std::string& name) const {
    REQUIRE(write_file_atomically(owner.path() / name, "not JSON: nobody reads it").has_value());
  }

  Suite open() const {
    const Result<Suite> suite = Suite::open(owner.path());
    REQUIRE(suite.has_value());
    return *suite;
  }

  // "model/submodel" of what is selected, or the error.
  Texts selected(const Texts& models, const Texts& submodels) const {
    const Result<std::vector<CaseFile>> files = open().select(models, submodels);
    if (!files) {
      CHECK(files.error().kind == ErrorKind::usage);
      return {to_text(files.error())};
    }
    Texts names;
    for (const CaseFile& file : *files) {
      CHECK(file.path == owner.path() / file.model / (file.submodel + ".json"));
      names.push_back(file.model + "/" + file.submodel);
    }
    return names;
  }

  std::string error_of(const fs::path& directory) const {
    const Result<Suite> suite = Suite::open(directory);
    if (suite) return "no error";
    CHECK(suite.error().kind == ErrorKind::usage);
    return suite.error().message;
  }
};

TEST_CASE_FIXTURE(WithModels, "models are directories with model files directly in them") {
  write("sdxl/vae.json");
  write("sdxl/clip.json");
  write("sd3/clip.json");
  write("sd3/.hidden.json");
  write("sd3/data/table.json");
  write("sd3/notes.txt");
  write(".git/config.json");
  write("model.schema.json");
  write("empty/readme.txt");
  CHECK(open().models() == Texts{"sd3", "sdxl"});
  CHECK(selected({"*"}, {"*"}) == Texts{"sd3/clip", "sdxl/clip", "sdxl/vae"});
  CHECK(open().directory() == owner.path());
}

TEST_CASE_FIXTURE(WithModels, "models and submodels are chosen by patterns") {
  for (const char* name :
       {"sd3/clip", "sd3/vae", "sdxl/clip", "sdxl/unet_fp16", "sdxl/unet_int8"}) {
    write(std::string(name) + ".json");
  }
  CHECK(selected({"sdxl"}, {"unet*"}) == Texts{"sdxl/unet_fp16", "sdxl/unet_int8"});
  CHECK(selected({"sd?", "sdxl"}, {"vae", "*int8"}) == Texts{"sd3/vae", "sdxl/unet_int8"});
  CHECK(selected({"sdxl", "sd*"}, {"clip"}) == Texts{"sd3/clip", "sdxl/clip"});
  CHECK(selected({}, {"vae"}) == Texts{"sd3/vae"});
  CHECK(selected({"sd3"}, {}) == Texts{"sd3/clip", "sd3/vae"});
}

TEST_CASE_FIXTURE(WithModels, "a pattern that matches nothing is an error with the nearest names") {
  for (const char* name : {"sd3/vae", "sdxl/clip"}) write(std::string(name) + ".json");
  CHECK(selected({"sdxll"}, {"*"}) ==
        Texts{"no model matches \"sdxll\"; did you mean sdxl? (there are: sd3, sdxl)"});
  CHECK(selected({"sdxl", "llama*"}, {"*"}) ==
        Texts{"no model matches \"llama*\" (there are: sd3, sdxl)"});
  CHECK(selected({"sdxl"}, {"vae"}) == Texts{"no submodel matches \"vae\" (there are: clip)"});
  CHECK(selected({"*"}, {"vae", "clp"}) ==
        Texts{"no submodel matches \"clp\"; did you mean clip? (there are: clip, vae)"});
}

TEST_CASE_FIXTURE(WithModels, "what cannot be read as a model file is found nevertheless") {
  fs::create_directories(owner.path() / "model" / "directory.json");
  fs::create_symlink("nowhere", owner.path() / "model" / "link.json");
  CHECK(selected({"*"}, {"*"}) == Texts{"model/directory", "model/link"});
}

TEST_CASE_FIXTURE(WithModels, "a directory without models is an error that says what is missing") {
  const std::string place = "no models in \"" + owner.path().native();
  CHECK(error_of(owner.path()) == place + "\": it has no directory with a .json file in it");
  CHECK(error_of(owner.path() / "absent") == place + "/absent\": there is no such directory");
  write("file.json");
  CHECK(error_of(owner.path() / "file.json") == place + "/file.json\": it is not a directory");
}

}  // namespace
}  // namespace sharkreg::core
