# SPDX-License-Identifier: Apache-2.0
# sharkreg_add_layer(NAME SOURCES file… [DEPENDS layer…] [LINK library…] [LINK_PRIVATE library…])
#
# A layer is one folder of core/: a static library sharkreg_NAME whose headers are included as
# "NAME/header.h". Its include root holds a link to that folder alone, so a layer sees the headers
# of those layers that it names in DEPENDS (and of theirs), and an include that the architecture
# forbids does not compile.
function(sharkreg_add_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LINK;LINK_PRIVATE" ${ARGN})
  set(root "${CMAKE_BINARY_DIR}/layers/${name}")
  file(MAKE_DIRECTORY "${root}")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${root}/${name}" SYMBOLIC)

  add_library(sharkreg_${name} STATIC ${arg_SOURCES})
  target_include_directories(sharkreg_${name} PUBLIC "${root}")
  list(TRANSFORM arg_DEPENDS PREPEND sharkreg_)
  target_link_libraries(sharkreg_${name} PUBLIC ${arg_DEPENDS} ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE})
endfunction()
