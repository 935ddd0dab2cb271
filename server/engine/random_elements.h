// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ENGINE_RANDOM_ELEMENTS_H_
#define RELUSERVE_SERVER_ENGINE_RANDOM_ELEMENTS_H_

#include <random>

#include "server/tensor/tensor.h"

namespace reluserve::engine {

// Fills a tensor with elements that any model of that type can take: floats from -2 to 2, any
// numbers of 8 bits, and 0 or 1 of the other types, which may be indices.
void FillRandom(Tensor& tensor, std::mt19937_64& random);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_RANDOM_ELEMENTS_H_
