// The same with stages of another host.
#define MPYX_STAGES_ARE_AWAY
#include "unit/wiring/wiring_test.cpp"
