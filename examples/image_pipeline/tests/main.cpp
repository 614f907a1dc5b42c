#include <gtest/gtest.h>
#include <mpyx/session.hpp>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  mpyx::Session session{argc, argv};  // pictures are in its shared memory
  return RUN_ALL_TESTS();
}
