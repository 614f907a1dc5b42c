#pragma once

#include <mpyx/mpyx.hpp>

#include <iostream>
#include <vector>

void other_file();
