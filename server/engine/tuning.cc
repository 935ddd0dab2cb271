// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/tuning.h"

#include <fmt/format.h>
#include <dnnl.hpp>

namespace reluserve::engine {

Machine ThisMachine() {
  const dnnl::version_t* version = dnnl::version();
  return {static_cast<uint32_t>(dnnl::get_effective_cpu_isa()),
          fmt::format("{}.{}.{}", version->major, version->minor, version->patch)};
}

}  // namespace reluserve::engine
