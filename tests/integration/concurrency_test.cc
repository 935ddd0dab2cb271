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

// What a client is told: an answer with its channel counts, or an error.
std::vector<std::string> AnswersTo(const client::Client& client, uint32_t seed) {
  std::vector<std::string> answers;
  for (const std::span<const Digit> digits : RequestsOf(seed)) {
    v1::PredictRequest request = PredictRequest(digits);
    request.set_sparsity(v1::SPARSITY_DETAIL_CHANNELS);
    const auto response = client.Predict(request);
    EXPECT_TRUE(response.ok()) << response.status();
    answers.push_back(response.ok() ? response->SerializeAsString() : "");
  }
  return answers;
}

TEST_F(ConcurrencyTest, EachClientGetsItsOwnAnswersBitForBit) {
  constexpr int kClients = 12;
  std::vector<std::vector<std::string>> alone;
  for (int seed = 0; seed < kClients; ++seed) alone.push_back(AnswersTo(client(), seed));
  ASSERT_NE(alone[0], alone[1]);
  std::vector<std::vector<std::string>> together(kClients);
  std::vector<std::thread> threads;
  for (int seed = 0; seed < kClients; ++seed) {
    threads.emplace_back([&, seed] { together[seed] = AnswersTo(server().NewClient(), seed); });
  }
  for (std::thread& thread : threads) thread.join();
  for (int seed = 0; seed < kClients; ++seed) {
    EXPECT_TRUE(together[seed] == alone[seed]) << "client " << seed;
  }
}

}  // namespace
}  // namespace reluserve::integration
