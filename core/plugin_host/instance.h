// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <sharkreg/codec.h>
#include <sharkreg/configuration.h>
#include <sharkreg/failure.h>

#include "plugin_host/host_table.h"
#include "plugin_host/library.h"
#include "plugin_host/tree.h"

namespace sharkreg::core {

// One instance of a plugin's interface: what all proxies share. Everything that goes wrong is
// thrown as sharkreg::Failure whose message begins with the plugin's name.
class Instance {
 public:
  // Makes the instance: calls the plugin's create.
  Instance(std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
           const Configuration& configuration, const HostServices& services);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // Calls `function` of the interface's table, or of an extension's; its last argument is always
  // the answer's writer. Throws if the table has no such function, or if the function fails. False
  // if it says SR_ABSENT, which only those may that are asked with `Absence::is_an_answer`.
  enum class Absence { is_an_answer, is_a_failure };
  template <class Table, class Function, class... Arguments>
  bool call(const Table* table, Function Table::*function, std::string_view name, Absence absence,
            Tree& answer, Arguments... arguments) const {
    if (table == nullptr || !has(*table, function)) refuse_missing(name);
    const sr_status status = (table->*function)(self_, arguments..., answer.writer());
    return check(status, absence, answer, name);
  }

  // The usual call: a struct as request, a struct as answer.
  template <class Answer, class Table, class Function, class Request>
  Answer ask(const Table* table, Function Table::*function, std::string_view name,
             const Request& request) const {
    Tree question;
    put(question, request, name);
    Tree answer;
    call(table, function, name, Absence::is_a_failure, answer, question.reader());
    return take<Answer>(answer, name);
  }

  // A call without request.
  template <class Answer, class Table, class Function>
  Answer ask(const Table* table, Function Table::*function, std::string_view name) const {
    Tree answer;
    call(table, function, name, Absence::is_a_failure, answer);
    return take<Answer>(answer, name);
  }

  // The interface's table of functions.
  template <class Table>
  const Table* functions() const {
    return static_cast<const Table*>(interface_.functions);
  }

  // The table of an extension, or null.
  template <class Table>
  const Table* extension(std::string_view id) const {
    if (!SR_HAS(&interface_, sr_interface, get_extension)) return nullptr;
    return static_cast<const Table*>(interface_.get_extension(self_, to_abi(id)));
  }

  // Puts a struct into a request.
  template <class T>
  void put(Tree& request, const T& value, std::string_view function) const {
    try {
      encode(request.writer(), value);
    } catch (const Failure& failure) {
      throw Failure(Failure::Kind::invalid, told("cannot be asked to", function, failure.what()),
                    failure.hint());
    }
  }

  // Takes a struct out of an answer, with all that it holds.
  template <class T>
  T take(const Tree& answer, std::string_view function) const {
    check_schema(answer, T::schema, function);
    try {
      return decode<T>(answer.reader(), UnknownMembers::refuse);
    } catch (const Failure& failure) {
      throw unfit(function, failure);
    }
  }

  // "acme: MESSAGE", or "acme/acme_cosine: MESSAGE" where the plugin is called otherwise.
  std::string told(std::string_view message) const;

 private:
  // SR_HAS for a member that is chosen at the call.
  template <class Table, class Function>
  static bool has(const Table& table, Function Table::*function) {
    const auto offset =
        reinterpret_cast<const char*>(&(table.*function)) - reinterpret_cast<const char*>(&table);
    return table.struct_size >= static_cast<std::size_t>(offset) + sizeof(Function) &&
           table.*function != nullptr;
  }

  bool check(sr_status status, Absence absence, const Tree& answer,
             std::string_view function) const;
  [[noreturn]] void refuse_missing(std::string_view function) const;
  std::string told(std::string_view verb, std::string_view function, std::string_view what) const;
  void check_schema(const Tree& answer, std::string_view wanted, std::string_view function) const;
  Failure unfit(std::string_view function, const Failure& failure) const;

  // Destroyed last: the plugin's code must be there until then.
  std::shared_ptr<const PluginLibrary> library_;
  const sr_interface& interface_;
  HostTable host_;
  void* self_ = nullptr;
};

}  // namespace sharkreg::core
