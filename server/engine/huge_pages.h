// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ENGINE_HUGE_PAGES_H_
#define RELUSERVE_SERVER_ENGINE_HUGE_PAGES_H_

#include "server/tensor/tensor.h"

namespace reluserve::engine {

// Asks for huge pages behind a large tensor that nobody has written yet, and that every run reads
// in leaps: far fewer translations of addresses. Where there are none it works as well, if more
// slowly. Not for what is read from end to end, which gains nothing, and whose first writing takes
// several times as long.
void AdviseHugePages(Tensor& tensor);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_HUGE_PAGES_H_
