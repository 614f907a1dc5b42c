// A rank that finds no thread when the session starts ends the job, with one line.
// run: 3    exit: 3    sanitize: no
// stderr: mpyx: rank 0 on host
#include <dlfcn.h>
#include <mpi.h>
#include <pthread.h>

#include <mpyx/mpyx.hpp>

#include <cerrno>
#include <cstdlib>
#include <string_view>

/// Stands before the C library's.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* of) {
  int joined = 0;
  MPI_Initialized(&joined);
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  if (joined != 0 && rank != nullptr && rank == std::string_view{"0"}) return EAGAIN;
  static const auto real = reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, start, of);
}

int main(int argc, char** argv) {
  const mpyx::Session session{argc, argv};
  return 0;
}
