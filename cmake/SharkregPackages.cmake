# SPDX-License-Identifier: Apache-2.0
# Debian packages, by `cpack` in the build directory: sharkreg (the host and its plugins) and
# sharkreg-dev (the SDK and the checker).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sharkreg)
set(CPACK_PACKAGE_VENDOR sharkreg)
set(CPACK_PACKAGE_CONTACT "The sharkreg authors <authors@sharkreg.invalid>")
string(REPLACE - "~" CPACK_DEBIAN_PACKAGE_VERSION "${SHARKREG_VERSION}")  # sorts before the release
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL host sdk)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/debian/add_files.cmake")

set(CPACK_DEBIAN_HOST_PACKAGE_NAME sharkreg)
set(CPACK_DEBIAN_HOST_DESCRIPTION "regression tests of ML models on compilers and accelerators
Compiles the models of a suite, runs them, compares their results with what is
expected and reports. Hardware, transports, comparisons and tuning are plugins.")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME sharkreg-dev)
# Headers, functions and checker work alone, as on a vendor's machine that only builds. The
# templates and the tests of a plugin need a host, and one that is not older: it could refuse it.
set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS "sharkreg (>= ${CPACK_DEBIAN_PACKAGE_VERSION})")
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS "cmake, g++, pkg-config")
set(CPACK_DEBIAN_SDK_DESCRIPTION "SDK for plugins of sharkreg
Headers and CMake functions to write a backend, an artifact fetcher, a
comparator or a tuner resolver, and the program that checks one. The package
sharkreg has the program that writes the project for it.")
include(CPack)
