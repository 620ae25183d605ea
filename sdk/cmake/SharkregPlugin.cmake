# SPDX-License-Identifier: Apache-2.0
# sharkreg_add_plugin(NAME SOURCES file…)
#
# Builds lib<NAME>.so against the SDK alone, as the target plugin_<NAME>: a module with hidden symbols
# that exports sharkreg_plugin and nothing else, refuses unresolved symbols, brings its C++ library
# along, and carries the right file name. Sources may be C++ (17 or later) or C (11 or later). Link
# further libraries, best static ones, with target_link_libraries(plugin_<NAME> PRIVATE …).
#
# `cmake --install` puts it where a host of the same prefix finds it: lib/sharkreg/plugins. With
# testing enabled, the test <NAME>_conformance has sharkreg-conformance check it.
set(SHARKREG_PLUGIN_VERSION_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/plugin.map")

function(sharkreg_add_plugin name)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "sharkreg_add_plugin(${name}): write sharkreg_add_plugin(NAME SOURCES file…)")
  endif()
  set(target plugin_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name}
    PREFIX lib
    SUFFIX .so
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${SHARKREG_PLUGIN_VERSION_SCRIPT}")
  if(SHARKREG_PLUGIN_DIR)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${SHARKREG_PLUGIN_DIR}")
  endif()

  set(cxx_sources ${arg_SOURCES})
  list(FILTER cxx_sources EXCLUDE REGEX "\\.c$")
  if(cxx_sources)
    target_link_libraries(${target} PRIVATE sharkreg::sdk)
  else()
    target_link_libraries(${target} PRIVATE sharkreg::abi)
  endif()
  target_link_options(${target} PRIVATE
    "LINKER:--version-script=${SHARKREG_PLUGIN_VERSION_SCRIPT}"
    $<$<LINK_LANGUAGE:CXX>:-static-libstdc++> -static-libgcc)
  # The functions of a sanitizer come from the program that loads the plugin.
  if(NOT SHARKREG_SANITIZE AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${target} PRIVATE "LINKER:-z,defs")
  endif()

  # Plugins that only exist for sharkreg's own tests are neither installed nor expected to conform.
  if(NOT SHARKREG_PLUGINS_ARE_FIXTURES)
    install(TARGETS ${target} DESTINATION lib/sharkreg/plugins COMPONENT host)
    if(TARGET sharkreg::sharkreg-conformance)
      add_test(NAME ${name}_conformance
        COMMAND sharkreg::sharkreg-conformance $<TARGET_FILE:${target}>)
    endif()
  endif()
endfunction()
