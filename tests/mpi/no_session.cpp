// A pipeline without a Session: one line, and the documented status.
// run: 1    exit: 3    sanitize: no
// stderr: mpyx: no Session: make one first in main()
#include <mpyx/mpyx.hpp>

int main() { mpyx::EZ(mpyx::Iter{1, 2}, mpyx::Print{}).join(); }
