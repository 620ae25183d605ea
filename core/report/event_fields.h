// SPDX-License-Identifier: Apache-2.0
// The members of each event and record by their names in results.jsonl: one list for writing and
// reading, in the order in which they are written.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "report/event.h"

namespace sharkreg::core {

// T is U or const U: a list serves the writer, which looks, and the reader, which fills.
template <class T, class U>
concept Like = std::same_as<std::remove_const_t<T>, U>;

void fields(auto&& visit, Like<ToolRecord> auto& value) {
  visit("name", value.name);
  visit("path", value.path);
  visit("version", value.version);
}

void fields(auto&& visit, Like<DeviceRecord> auto& value) {
  visit("id", value.id);
  visit("name", value.name);
  visit("target", value.target);
  visit("sku", value.sku);
  visit("usable", value.usable);
}

void fields(auto&& visit, Like<BackendRecord> auto& value) {
  visit("name", value.name);
  visit("plugin", value.plugin);
  visit("version", value.version);
  visit("targets", value.targets);
  visit("tools", value.tools);
  visit("devices", value.devices);
}

void fields(auto&& visit, Like<ShardRecord> auto& value) {
  visit("index", value.index);
  visit("count", value.count);
  visit("partition", value.partition);
  visit("cases", value.cases);
  visit("balanced_by", value.balanced_by);
  visit("selection", value.selection);
}

void fields(auto&& visit, Like<RunStarted> auto& value) {
  visit("run", value.run);
  visit("resumes", value.resumes);
  visit("time", value.time);
  visit("version", value.version);
  visit("command_line", value.command_line);
  visit("directory", value.directory);
  visit("host", value.host);
  visit("system", value.system);
  visit("sku", value.sku);
  visit("backends", value.backends);
  visit("cases", value.cases);
  visit("shard", value.shard);
  visit("strict_xfail", value.strict_xfail);
  visit("baseline", value.baseline);
  visit("merged_of", value.merged_of);
}

void fields(auto&& visit, Like<RunNote> auto& value) {
  visit("text", value.text);
}

void fields(auto&& visit, Like<CasePlanned> auto& value) {
  visit("model", value.model);
  visit("submodel", value.submodel);
  visit("steps", value.steps);
}

void fields(auto&& visit, Like<StepStarted> auto& value) {
  visit("time", value.time);
  visit("model", value.model);
  visit("submodel", value.submodel);
  visit("step", value.step);
  visit("doing", value.doing);
}

void fields(auto&& visit, Like<CachedRecord> auto& value) {
  visit("from", value.from);
  visit("seconds", value.seconds);
  visit("user_seconds", value.user_seconds);
  visit("system_seconds", value.system_seconds);
  visit("peak_memory_bytes", value.peak_memory_bytes);
}

void fields(auto&& visit, Like<ActionRecord> auto& value) {
  visit("name", value.name);
  visit("command", value.command);
  visit("directory", value.directory);
  visit("exit_status", value.exit_status);
  visit("signal", value.signal);
  visit("seconds", value.seconds);
  visit("user_seconds", value.user_seconds);
  visit("system_seconds", value.system_seconds);
  visit("peak_memory_bytes", value.peak_memory_bytes);
  visit("devices", value.devices);
  visit("cached", value.cached);
  visit("standard_output", value.standard_output);
  visit("standard_error", value.standard_error);
}

void fields(auto&& visit, Like<ElementRecord> auto& value) {
  visit("index", value.index);
  visit("expected", value.expected);
  visit("actual", value.actual);
}

void fields(auto&& visit, Like<ComparisonRecord> auto& value) {
  visit("name", value.name);
  visit("comparator", value.comparator);
  visit("arguments", value.arguments);
  visit("match", value.match);
  visit("message", value.message);
  visit("expected_file", value.expected_file);
  visit("actual_file", value.actual_file);
  visit("metrics", value.metrics);
  visit("first", value.first);
  visit("worst", value.worst);
  visit("mismatch_count", value.mismatch_count);
}

void fields(auto&& visit, Like<OutputRecord> auto& value) {
  visit("path", value.path);
  visit("bytes", value.bytes);
  visit("modified", value.modified);
}

void fields(auto&& visit, Like<StepFinished> auto& value) {
  visit("id", value.id);
  visit("time", value.time);
  visit("model", value.model);
  visit("submodel", value.submodel);
  visit("file", value.file);
  visit("step", value.step);
  visit("stage", value.stage);
  visit("backend", value.backend);
  visit("target", value.target);
  visit("verdict", value.verdict);
  visit("standing", value.standing);
  visit("sentence", value.sentence);
  visit("details", value.details);
  visit("hint", value.hint);
  visit("log", value.log);
  visit("repeat", value.repeat);
  visit("reason", value.reason);
  visit("issue", value.issue);
  visit("notes", value.notes);
  visit("findings", value.findings);
  visit("cached", value.cached);
  visit("seconds", value.seconds);
  visit("actions", value.actions);
  visit("comparisons", value.comparisons);
  visit("outputs", value.outputs);
  visit("output_files", value.output_files);
  visit("attempts", value.attempts);
  visit("resumed_from", value.resumed_from);
}

void fields(auto&& visit, Like<RunFinished> auto& value) {
  visit("time", value.time);
  visit("seconds", value.seconds);
  visit("counts", value.counts);
  visit("judged", value.judged);
  visit("findings", value.findings);
  visit("exit_status", value.exit_status);
  visit("conclusion", value.conclusion);
  visit("interrupted", value.interrupted);
}

// What "event" says on a line.
constexpr std::string_view event_name(const RunStarted&) {
  return "run-started";
}
constexpr std::string_view event_name(const RunNote&) {
  return "note";
}
constexpr std::string_view event_name(const CasePlanned&) {
  return "case-planned";
}
constexpr std::string_view event_name(const StepStarted&) {
  return "step-started";
}
constexpr std::string_view event_name(const StepFinished&) {
  return "step-finished";
}
constexpr std::string_view event_name(const RunFinished&) {
  return "run-finished";
}

}  // namespace sharkreg::core
