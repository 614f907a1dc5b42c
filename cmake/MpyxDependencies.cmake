# What libmpyx is made of; read by our own build and, installed beside mpyxConfig.cmake, by every project that finds the package.
# A static library hands its private libraries on to whoever links it, so both need all of them.
include(CMakeFindDependencyMacro)

set(MPI_CXX_SKIP_MPICXX ON)   # the C++ bindings were removed from MPI; nothing here uses them
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_dependency(Threads)
find_dependency(MPI COMPONENTS CXX)
find_dependency(Boost 1.77 COMPONENTS mpi serialization json)   # 1.75 brought Boost.JSON, 1.77 cancellation to Boost.Asio
find_dependency(cereal)
find_dependency(fmt)
find_dependency(spdlog)
find_dependency(CLI11)
find_dependency(PkgConfig)
if(NOT TARGET PkgConfig::HWLOC)
  pkg_check_modules(HWLOC REQUIRED QUIET IMPORTED_TARGET hwloc)
endif()
if(NOT TARGET PkgConfig::XXHASH)
  pkg_check_modules(XXHASH REQUIRED QUIET IMPORTED_TARGET libxxhash)
endif()
