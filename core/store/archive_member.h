// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string_view>

#include "base/error.h"
#include "store/byte_stream.h"
#include "store/unpacked_file.h"

namespace sharkreg::core {

// Writes the member of an archive into the file, which is finished then. See unpack.h, also for the
// errors; their messages are reasons, as those of byte_stream.h.
Result<void> take_member(const InputFile& archive, std::string_view member, UnpackedFile& to,
                         const std::stop_token& stop);

}  // namespace sharkreg::core
