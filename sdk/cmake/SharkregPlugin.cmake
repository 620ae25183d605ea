# SPDX-License-Identifier: Apache-2.0
# sharkreg_add_plugin(NAME SOURCES file…)
#
# Builds lib<NAME>.so against the SDK alone: a module with hidden symbols that exports
# sharkreg_plugin and nothing else, refuses unresolved symbols, and carries the right file name.
# Link further (static) libraries with target_link_libraries(NAME PRIVATE …).
set(SHARKREG_PLUGIN_VERSION_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/plugin.map")

function(sharkreg_add_plugin name)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  add_library(plugin_${name} MODULE ${arg_SOURCES})
  set_target_properties(plugin_${name} PROPERTIES
    OUTPUT_NAME ${name}
    PREFIX lib
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${SHARKREG_PLUGIN_VERSION_SCRIPT}")
  if(SHARKREG_PLUGIN_DIR)
    set_target_properties(plugin_${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${SHARKREG_PLUGIN_DIR}")
  endif()
  target_link_libraries(plugin_${name} PRIVATE sharkreg::sdk)
  target_link_options(plugin_${name} PRIVATE
    "LINKER:--version-script=${SHARKREG_PLUGIN_VERSION_SCRIPT}"
    $<$<LINK_LANGUAGE:CXX>:-static-libstdc++> -static-libgcc)
  if(NOT SHARKREG_SANITIZE)
    target_link_options(plugin_${name} PRIVATE "LINKER:-z,defs")
  endif()
endfunction()
