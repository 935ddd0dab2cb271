// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What each kind of reduction does with one group of elements: a state it starts from, how an
// element is added, how the states of two parts of a group are merged, and the result. Sums of
// floating-point numbers are kept in double, integers in 64 bits with wrap-around. The state a rule
// starts from is also its answer for an empty group.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_REDUCE_RULES_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_REDUCE_RULES_H_

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/convert.h"

namespace reluserve::engine::kernels {

template <typename T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double,
                                       std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

// A real number as T; integers are cut towards zero.
template <typename T>
T FromReal(double value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    return SaturatingCast<T>(value);
  }
}

template <typename T>
struct SumRule {
  using State = Accumulator<T>;
  static State Start() { return 0; }
  static void Include(State& sum, T x) { sum = Add(sum, static_cast<State>(x)); }
  static void Merge(State& sum, State other) { sum = Add(sum, other); }
  static T Finish(State sum, int64_t) { return static_cast<T>(sum); }
};

template <typename T>
struct MeanRule : SumRule<T> {
  using State = typename SumRule<T>::State;
  static T Finish(State sum, int64_t count) {
    return static_cast<T>(Divide(sum, static_cast<State>(count)));
  }
};

template <typename T>
struct LogSumRule : SumRule<T> {
  static T Finish(typename SumRule<T>::State sum, int64_t) {
    return FromReal<T>(std::log(static_cast<double>(sum)));
  }
};

template <typename T>
struct L1Rule : SumRule<T> {
  using State = typename SumRule<T>::State;
  static void Include(State& sum, T x) {
    const auto wide = static_cast<State>(x);
    sum = Add(sum, wide < 0 ? Negate(wide) : wide);
  }
};

template <typename T>
struct SumSquareRule : SumRule<T> {
  using State = typename SumRule<T>::State;
  static void Include(State& sum, T x) {
    const auto wide = static_cast<State>(x);
    sum = Add(sum, Multiply(wide, wide));
  }
};

template <typename T>
struct L2Rule : SumSquareRule<T> {
  static T Finish(typename SumRule<T>::State sum, int64_t) {
    return FromReal<T>(std::sqrt(static_cast<double>(sum)));
  }
};

template <typename T>
struct ProductRule {
  using State = Accumulator<T>;
  static State Start() { return 1; }
  static void Include(State& product, T x) { product = Multiply(product, static_cast<State>(x)); }
  static void Merge(State& product, State other) { product = Multiply(product, other); }
  static T Finish(State product, int64_t) { return static_cast<T>(product); }
};

// NaN, once met, stays: no comparison with it is true.
template <typename T>
struct MaxRule {
  using State = T;
  static State Start() {
    if constexpr (std::is_floating_point_v<T>) return -std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::lowest();
  }
  static void Include(State& largest, T x) { largest = x > largest || x != x ? x : largest; }
  static void Merge(State& largest, State other) { Include(largest, other); }
  static T Finish(State largest, int64_t) { return largest; }
};

template <typename T>
struct MinRule {
  using State = T;
  static State Start() {
    if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::max();
  }
  static void Include(State& smallest, T x) { smallest = x < smallest || x != x ? x : smallest; }
  static void Merge(State& smallest, State other) { Include(smallest, other); }
  static T Finish(State smallest, int64_t) { return smallest; }
};

// The sum of exponentials relative to that of the largest element so far, so that none overflows.
template <typename T>
struct LogSumExpRule {
  struct State {
    double largest;
    double sum;
  };
  static State Start() { return {-std::numeric_limits<double>::infinity(), 0.0}; }
  static void Include(State& state, T x) { Merge(state, {static_cast<double>(x), 1.0}); }
  static void Merge(State& state, State other) {
    if (other.largest == state.largest) {
      state.sum += other.sum;
    } else if (other.largest > state.largest) {
      state = {other.largest, other.sum + state.sum * std::exp(state.largest - other.largest)};
    } else {
      state.sum += other.sum * std::exp(other.largest - state.largest);
    }
  }
  static T Finish(State state, int64_t) { return FromReal<T>(state.largest + std::log(state.sum)); }
};

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_REDUCE_RULES_H_
