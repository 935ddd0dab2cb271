// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Many clients at once each get the answer to their own request.

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

class ConcurrencyTest : public BuiltinModelFixture {};

// The requests of one client: an image range each.
std::vector<std::span<const Digit>> RequestsOf(uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::span<const Digit>> requests;
  for (int i = 0; i < 40; ++i) {
    const size_t samples = 1 + random() % 5;
    requests.push_back(
        std::span(Digits()).subspan(random() % (Digits().size() - samples), samples));
  }
  return requests;
}

TEST_F(ConcurrencyTest, EachClientGetsItsOwnAnswers) {
  std::vector<std::string> alone;  // for each image, the answer to it alone
  for (const Digit& digit : Digits()) {
    const auto response = client().ModelInfer(InferRequest(std::span(&digit, 1)));
    ASSERT_TRUE(response.ok()) << response.status();
    alone.push_back(response->raw_output_contents(0));
  }
  constexpr int kClients = 12;
  std::vector<int> right(kClients);
  std::vector<std::thread> threads;
  for (int index = 0; index < kClients; ++index) {
    threads.emplace_back([&, index] {
      const client::Client own = server().NewClient();
      for (const std::span<const Digit> digits : RequestsOf(index)) {
        std::string expected;
        for (size_t i = 0; i < digits.size(); ++i) {
          expected += alone[&digits[i] - Digits().data()];
        }
        const auto response = own.ModelInfer(InferRequest(digits));
        if (response.ok() && response->raw_output_contents(0) == expected) ++right[index];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int index = 0; index < kClients; ++index) {
    EXPECT_EQ(right[index], static_cast<int>(RequestsOf(index).size())) << "client " << index;
  }
}

TEST_F(ConcurrencyTest, EachClientGetsItsOwnSparsity) {
  const auto predict = [](const client::Client& from, std::span<const Digit> digits) {
    v1::PredictRequest request = PredictRequest(digits);
    request.set_sparsity(v1::SPARSITY_DETAIL_CHANNELS);
    const auto response = from.Predict(request);
    return response.ok() ? response->SerializeAsString() : response.status().ToString();
  };
  constexpr int kClients = 8;
  std::vector<std::vector<std::string>> alone(kClients);
  for (int index = 0; index < kClients; ++index) {
    for (const auto digits : RequestsOf(100 + index)) {
      alone[index].push_back(predict(client(), digits));
    }
  }
  std::vector<std::vector<std::string>> together(kClients);
  std::vector<std::thread> threads;
  for (int index = 0; index < kClients; ++index) {
    threads.emplace_back([&, index] {
      const client::Client own = server().NewClient();
      for (const auto digits : RequestsOf(100 + index)) {
        together[index].push_back(predict(own, digits));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int index = 0; index < kClients; ++index) {
    EXPECT_TRUE(together[index] == alone[index]) << "client " << index;
  }
}

}  // namespace
}  // namespace reluserve::integration
