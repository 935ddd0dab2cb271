// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/window_loop.h"

#include <random>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::engine::kernels {
namespace {

TEST(WindowLoopTest, CeilDivide) {
  EXPECT_EQ(CeilDivide(7, 2), 4);
  EXPECT_EQ(CeilDivide(6, 2), 3);
  EXPECT_EQ(CeilDivide(0, 5), 0);
  EXPECT_EQ(CeilDivide(-7, 2), -3);
  EXPECT_EQ(CeilDivide(-1, 5), 0);
}

WindowAxis RandomAxis(std::mt19937& random) {
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution(low, high)(random);
  };
  WindowAxis axis;
  axis.input = pick(1, 6);
  axis.kernel = pick(1, 4);
  axis.stride = pick(1, 3);
  axis.dilation = pick(1, 3);
  axis.pad_begin = pick(-1, 3);
  axis.output = pick(1, 6);
  return axis;
}

// An output position, a tap and the input position they connect.
using Connection = std::tuple<int64_t, int64_t, int64_t>;

// By definition: input = output·stride - pad + tap·dilation on each axis, where that is inside.
std::set<Connection> Connections(const SpatialWindow& window) {
  std::set<Connection> connections;
  const auto& [depth, height, width] = window.axes;
  for (int64_t output = 0; output < window.output_size(); ++output) {
    const int64_t z = output / width.output / height.output;
    const int64_t y = output / width.output % height.output;
    const int64_t x = output % width.output;
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      const int64_t i = tap / width.kernel / height.kernel;
      const int64_t j = tap / width.kernel % height.kernel;
      const int64_t k = tap % width.kernel;
      const int64_t from_z = z * depth.stride - depth.pad_begin + i * depth.dilation;
      const int64_t from_y = y * height.stride - height.pad_begin + j * height.dilation;
      const int64_t from_x = x * width.stride - width.pad_begin + k * width.dilation;
      if (from_z < 0 || from_z >= depth.input || from_y < 0 || from_y >= height.input ||
          from_x < 0 || from_x >= width.input) {
        continue;
      }
      connections.insert({output, tap, (from_z * height.input + from_y) * width.input + from_x});
    }
  }
  return connections;
}

SpatialWindow RandomWindow(std::mt19937& random) {
  SpatialWindow window({}, Shape{});
  for (WindowAxis& axis : window.axes) axis = RandomAxis(random);
  return window;
}

TEST(WindowLoopTest, TapsConnectWhatTheDefinitionSays) {
  int connected = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    const SpatialWindow window = RandomWindow(random);
    const int64_t width = window.axes[2].output;
    std::set<Connection> met;
    for (int64_t row = 0; row < window.output_rows(); ++row) {
      window.ForEachTap(row, [&](int64_t tap, int64_t offset, IndexRange outputs) {
        for (int64_t i = outputs.begin; i < outputs.end; ++i) {
          const int64_t from = offset + (i - outputs.begin) * window.axes[2].stride;
          EXPECT_TRUE(met.insert({row * width + i, tap, from}).second);
        }
      });
    }
    ASSERT_EQ(met, Connections(window));
    connected += met.empty() ? 0 : 1;
  }
  EXPECT_GT(connected, 200);
}

TEST(WindowLoopTest, TheTransposedWalkMeetsTheSameConnections) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    const SpatialWindow window = RandomWindow(random);
    const int64_t width = window.axes[2].input;
    std::set<Connection> met;
    for (int64_t row = 0; row < window.axes[0].input * window.axes[1].input; ++row) {
      window.ForEachTransposedTap(
          row, [&](int64_t tap, int64_t offset, IndexRange outputs, int64_t x) {
            for (int64_t i = 0; i < outputs.end - outputs.begin; ++i) {
              const int64_t input = row * width + x + i * window.axes[2].stride;
              EXPECT_TRUE(met.insert({offset + i, tap, input}).second);
            }
          });
    }
    ASSERT_EQ(met, Connections(window));
  }
}

}  // namespace
}  // namespace reluserve::engine::kernels
