// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <string>

namespace sharkreg::core {

// Of what kind a failure is. It decides the verdict of a step and the exit status of the program.
enum class ErrorKind {
  usage,           // the command line or a configuration file is wrong
  invalid,         // a file of the suite, or a request, is wrong
  not_found,       // a file, artifact or plugin that was named is not there
  infrastructure,  // the machine, a tool, a plugin or the network is at fault
  interrupted,     // the user asked to stop
};

// Why something that can be expected to fail did fail.
struct Error {
  ErrorKind kind = ErrorKind::infrastructure;
  std::string message;  // one sentence: what, and where
  std::string hint;     // what to do about it; may be empty
};

// Called by Result::value() when there is none: a bug, since callers look first.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

// A value, or an Error that says why there is none.
template <class T>
using Result = boost::system::result<T, Error>;

// "message (hint)", or the message alone.
std::string to_text(const Error& error);

}  // namespace sharkreg::core
