# SPDX-License-Identifier: Apache-2.0
# Gives each package, before CPack packs it, what Debian's policy asks for and other installations
# do not need: copyright, changelog, why lintian is contradicted, and permissions that do not depend
# on who made the package. Debian has the text of the license in one place for all packages.
foreach(package host=sharkreg sdk=sharkreg-dev)
  string(REGEX MATCH "^(.*)=(.*)$" matched ${package})
  set(share "${CPACK_TEMPORARY_DIRECTORY}/${CMAKE_MATCH_1}${CPACK_PACKAGING_INSTALL_PREFIX}/share")
  set(name ${CMAKE_MATCH_2})
  set(doc "${share}/doc/${name}")
  file(REMOVE "${doc}/LICENSE")
  file(COPY "${CMAKE_CURRENT_LIST_DIR}/copyright" DESTINATION "${doc}")
  execute_process(COMMAND gzip -9n
    INPUT_FILE "${CMAKE_CURRENT_LIST_DIR}/changelog" OUTPUT_FILE "${doc}/changelog.gz"
    COMMAND_ERROR_IS_FATAL ANY)
  file(COPY "${CMAKE_CURRENT_LIST_DIR}/${name}.lintian-overrides"
       DESTINATION "${share}/lintian/overrides")
  file(RENAME "${share}/lintian/overrides/${name}.lintian-overrides"
              "${share}/lintian/overrides/${name}")
endforeach()
execute_process(COMMAND chmod -R u=rwX,go=rX -- "${CPACK_TEMPORARY_DIRECTORY}"
  COMMAND_ERROR_IS_FATAL ANY)
