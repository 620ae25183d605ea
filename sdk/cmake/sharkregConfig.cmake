# SPDX-License-Identifier: Apache-2.0
# What find_package(sharkreg 1) gives to authors of plugins:
#
#   sharkreg::sdk                    the SDK's C++ headers (C++17 or later)
#   sharkreg::abi                    the C headers alone (C11 or later)
#   sharkreg::sharkreg-conformance   the checker
#   sharkreg_add_plugin(…)           see SharkregPlugin.cmake
#   SHARKREG_PROGRAM                 the host beside this SDK, or SHARKREG_PROGRAM-NOTFOUND
include("${CMAKE_CURRENT_LIST_DIR}/sharkregTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/SharkregPlugin.cmake")
find_program(SHARKREG_PROGRAM sharkreg HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../bin")
