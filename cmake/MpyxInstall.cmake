# Installs the library so that find_package(mpyx CONFIG) gives mpyx::mpyx with everything it needs.
include(CMakePackageConfigHelpers)
set(mpyx_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mpyx)

install(TARGETS mpyx EXPORT mpyxTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/mpyx DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(EXPORT mpyxTargets NAMESPACE mpyx:: DESTINATION ${mpyx_package_dir})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/mpyxConfig.cmake.in ${PROJECT_BINARY_DIR}/mpyxConfig.cmake
  INSTALL_DESTINATION ${mpyx_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mpyxConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mpyxConfig.cmake ${PROJECT_BINARY_DIR}/mpyxConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/MpyxDependencies.cmake DESTINATION ${mpyx_package_dir})

# The launcher looks for its parts beside itself (lib/), then in ../share/mpyx/launch.
install(PROGRAMS ${PROJECT_SOURCE_DIR}/launch/mpyx-run DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/launch/lib/ DESTINATION ${CMAKE_INSTALL_BINDIR}/../share/mpyx/launch)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/launch/slurm DESTINATION ${CMAKE_INSTALL_BINDIR}/../share/mpyx)
install(FILES ${PROJECT_SOURCE_DIR}/hostfile.example DESTINATION ${CMAKE_INSTALL_BINDIR}/../share/mpyx)
