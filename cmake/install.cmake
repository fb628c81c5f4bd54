# `find_package(prologue)` and `pkg-config prologue`.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/prologue)

install(TARGETS prologue prologue_static EXPORT prologue)
install(TARGETS prologue_cli)
install(FILES scanner/include/prologue.h TYPE INCLUDE)
install(EXPORT prologue NAMESPACE prologue:: FILE prologueTargets.cmake DESTINATION ${package})

configure_package_config_file(cmake/prologueConfig.cmake.in prologueConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(prologueConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/prologueConfig.cmake
  ${PROJECT_BINARY_DIR}/prologueConfigVersion.cmake
  cmake/dependencies.cmake
  DESTINATION ${package})

configure_file(cmake/prologue.pc.in prologue.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/prologue.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
