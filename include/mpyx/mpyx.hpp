#pragma once

/// Everything of mpyx.
#include <mpyx/async.hpp>
#include <mpyx/buffer.hpp>
#include <mpyx/compose.hpp>
#include <mpyx/detail/handle.hpp>
#include <mpyx/error.hpp>
#include <mpyx/graph.hpp>
#include <mpyx/meta.hpp>
#include <mpyx/on_error.hpp>
#include <mpyx/pipeline.hpp>
#include <mpyx/serialize.hpp>
#include <mpyx/session.hpp>
#include <mpyx/stage.hpp>
#include <mpyx/stages/batch.hpp>
#include <mpyx/stages/const.hpp>
#include <mpyx/stages/ffmpeg.hpp>
#include <mpyx/stages/flat_map.hpp>
#include <mpyx/stages/iter.hpp>
#include <mpyx/stages/order.hpp>
#include <mpyx/stages/print.hpp>
#include <mpyx/stages/read.hpp>
#include <mpyx/stages/stamp.hpp>
#include <mpyx/stages/take.hpp>
#include <mpyx/stages/video_frame.hpp>
#include <mpyx/stages/write.hpp>
#include <mpyx/wiring.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>
