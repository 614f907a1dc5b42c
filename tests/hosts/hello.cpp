// Plain MPI on emulated hosts; each has its own name and folders, and messages pass between them.
// hosts: 4 7 24    compare: exact
#include <fcntl.h>
#include <mpi.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace {

using Name = std::array<char, 64>;

// Whether this process is the first to make the file, which shows whose folder it is in.
int makes(const char* file) {
  const int made = ::open(file, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) return 0;
  ::close(made);
  return 1;
}

int sum(int value) {
  int total = 0;
  MPI_Allreduce(&value, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  return total;
}

std::set<std::string> names_of_all(int size) {
  Name mine{};
  ::gethostname(mine.data(), mine.size() - 1);
  std::vector<Name> all(static_cast<std::size_t>(size));
  const int length = static_cast<int>(mine.size());
  MPI_Allgather(mine.data(), length, MPI_CHAR, all.data(), length, MPI_CHAR, MPI_COMM_WORLD);
  std::set<std::string> names;
  for (const Name& name : all) names.insert(name.data());
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  int size = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);

  const auto names = names_of_all(size);
  const char* const folder = "/tmp/hello.probe";
  const char* const memory = "/dev/shm/hello.probe";
  const int first_in_folder = makes(folder);
  const int first_in_memory = makes(memory);
  const int folders = sum(first_in_folder);
  const int memories = sum(first_in_memory);
  const bool adds_up = sum(rank) == size * (size - 1) / 2;
  if (first_in_folder == 1) ::unlink(folder);
  if (first_in_memory == 1) ::unlink(memory);

  if (rank == 0) {
    for (const auto& name : names) std::printf("%s ", name.c_str());
    std::printf("have %d folders for temporary files and %d shared memories; ranks %s\n", folders, memories,
                adds_up ? "add up" : "do not add up");
  }
  MPI_Finalize();
}
