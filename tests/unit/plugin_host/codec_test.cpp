// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <boost/pfr.hpp>
#include <doctest/doctest.h>

#include <sharkreg/backend.h>
#include <sharkreg/codec.h>
#include <sharkreg/comparator.h>
#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/tuner.h>

#include "plugin_host/tree.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

// Gives every member of a struct, as the language sees them, a value of its own: one that `fields`
// forgets is then missed by the comparison below.
class Filler {
 public:
  void fill(std::string& value) { value = "text " + std::to_string(++count_) + " ~/\"\n"; }
  void fill(bool& value) { value = !value; }
  void fill(std::int64_t& value) { value = -(++count_); }
  void fill(double& value) { value = static_cast<double>(++count_) + 0.25; }

  template <class T>
  void fill(std::vector<T>& values) {
    values.resize(2);
    for (auto& value : values) fill(value);
  }

  template <class T>
  void fill(std::optional<T>& value) {
    fill(value.emplace());
  }

  template <class T>
  void fill(std::map<std::string, T>& values) {
    for (const char* key : {"a/b~c", "0", "-"}) fill(values[key]);
  }

  void fill(Argument& argument) { fill(argument.parts); }

  template <class T>
  std::enable_if_t<std::is_enum_v<T>> fill(T& value) {
    value = static_cast<T>(1);
  }

  template <class T>
  std::enable_if_t<std::is_aggregate_v<T>> fill(T& value) {
    boost::pfr::for_each_field(value, [&](auto& member) { fill(member); });
  }

 private:
  std::int64_t count_ = 0;
};

// Whether two structs are equal in every member.
struct Same {
  template <class T>
  bool operator()(const std::vector<T>& a, const std::vector<T>& b) const {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), *this);
  }

  template <class T>
  bool operator()(const std::optional<T>& a, const std::optional<T>& b) const {
    return a.has_value() == b.has_value() && (!a || (*this)(*a, *b));
  }

  bool operator()(const Argument& a, const Argument& b) const { return (*this)(a.parts, b.parts); }

  template <class T>
  bool operator()(const T& a, const T& b) const {
    if constexpr (std::is_aggregate_v<T>) {
      return members(a, b, std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
    } else {
      return a == b;
    }
  }

 private:
  template <class T, std::size_t... index>
  bool members(const T& a, const T& b, std::index_sequence<index...>) const {
    return ((*this)(boost::pfr::get<index>(a), boost::pfr::get<index>(b)) && ...);
  }
};

TEST_CASE_TEMPLATE("every struct of the SDK comes back as it went", T, BackendDescription,
                   ProbeRequest, Probe, CompileRequest, CompilePlan, RunRequest, RunPlan,
                   FailureReport, Classification, ExecuteRequest, ExecuteAnswer, Configuration,
                   FetcherDescription, ArtifactInformation, ComparatorDescription,
                   ComparatorArguments, Comparison, TunerRequest, TunerChoice) {
  const Same same;
  T filled{};
  Filler().fill(filled);
  for (const T& value : {T{}, filled}) {
    Tree tree;
    encode(tree.writer(), value);
    CHECK(schema_of(tree) == T::schema);
    CHECK(same(value, decode<T>(tree.reader(), UnknownMembers::refuse)));
  }
  CHECK_FALSE(same(T{}, filled));
}

template <class T>
std::string trouble_with(const char* text, UnknownMembers unknown = UnknownMembers::refuse) {
  const Tree tree(json::parse(text));
  try {
    decode<T>(tree.reader(), unknown);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "none";
}

TEST_CASE("members of the wrong kind are named by their place") {
  CHECK(trouble_with<ExecuteAnswer>(R"({"results": [{"type": 7}]})") ==
        "\"/results/0/type\" should be text");
  CHECK(trouble_with<ExecuteAnswer>(R"({"results": {}})") == "\"/results\" should be an array");
  CHECK(trouble_with<ExecuteAnswer>(R"({"results": [{"shape": [1, 2.5]}]})") ==
        "\"/results/0/shape/1\" should be an integer");
  CHECK(trouble_with<ExecuteAnswer>(R"([])") == "\"\" should be an object");
  CHECK(trouble_with<Comparison>(R"({"match": "yes"})") == "\"/match\" should be true or false");
  CHECK(trouble_with<Comparison>(R"({"metrics": {"a/b": []}})") ==
        "\"/metrics/a~1b\" should be a number");
  CHECK(trouble_with<Comparison>(R"({"first": null})") == "\"/first\" should be an object");
  CHECK(trouble_with<Classification>(R"({"kind": "odd"})") ==
        "\"odd\" at \"/kind\" is not one of the known values");
  CHECK(trouble_with<CompilePlan>(R"({"actions": [{"arguments": [[{"into": "x"}]]}]})") ==
        "an argument refers to neither \"in\" nor \"out\"");
}

TEST_CASE("unknown members are refused or ignored, as is asked") {
  const char* unknown = R"({"results": [{"type": "f32", "layout": "tiled"}]})";
  CHECK(trouble_with<ExecuteAnswer>(unknown) ==
        "the member \"/results/0/layout\" is not known here");
  CHECK(trouble_with<ExecuteAnswer>(unknown, UnknownMembers::ignore) == "none");
  CHECK(trouble_with<ExecuteAnswer>(R"({"results": [], "more": 1})") ==
        "the member \"/more\" is not known here");
}

TEST_CASE("an unknown member that its own object calls optional is passed over") {
  CHECK(trouble_with<ExecuteAnswer>(
            R"({"results": [{"layout": "tiled", "optional": ["layout"]}]})") == "none");
  CHECK(trouble_with<ExecuteAnswer>(R"({"results": [{"layout": 1}], "optional": ["layout"]})") ==
        "the member \"/results/0/layout\" is not known here");
}

TEST_CASE("text that is not UTF-8 cannot be sent") {
  Tree tree;
  ExecuteRequest request;
  request.arguments = {"fine", "\xff"};
  CHECK_THROWS_WITH_AS(encode(tree.writer(), request),
                       "the value at \"/arguments/1\" was not accepted", Failure);
}

TEST_CASE("arguments are written as plainly as they can be") {
  CompilePlan plan;
  plan.actions.resize(1);
  plan.actions[0].arguments = {"-v", in("program"), {"--out=", out("module")}};
  Tree tree;
  encode(tree.writer(), plan);
  CHECK(tree.value().at("actions").at(0).at("arguments") ==
        json::parse(R"(["-v", {"in": "program"}, ["--out=", {"out": "module"}]])"));
}

}  // namespace
}  // namespace sharkreg::core
