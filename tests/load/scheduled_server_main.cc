// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A server whose answers take a time that is known, for load generators to be compared on:
//
//   scheduled_server USUAL_MS SLOW_MS SLOW_EVERY
//
// Every SLOW_EVERY-th answer takes SLOW_MS, all others USUAL_MS. It prints its address and serves
// until its standard input ends.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/integration/scheduled_server.h"

namespace {

constexpr int kUsage = 2;

// A positive number, or 0 for anything else.
int64_t Positive(const char* text) {
  char* end = nullptr;
  const int64_t value = std::strtoll(text, &end, 10);
  return *end == '\0' && value > 0 ? value : 0;
}

}  // namespace

int main(int argc, char** argv) {
  using std::chrono::milliseconds;
  const int64_t usual = argc == 4 ? Positive(argv[1]) : 0;
  const int64_t slow = argc == 4 ? Positive(argv[2]) : 0;
  const int64_t every = argc == 4 ? Positive(argv[3]) : 0;
  if (usual == 0 || slow == 0 || every == 0) {
    std::cerr << "usage: scheduled_server USUAL_MS SLOW_MS SLOW_EVERY, positive numbers\n";
    return kUsage;
  }
  const reluserve::integration::ScheduledServer server(
      [=](int64_t number, std::chrono::nanoseconds) -> reluserve::integration::ScheduledAnswer {
        return {.delay = milliseconds(number % every == every - 1 ? slow : usual)};
      });
  std::cout << server.address() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  return 0;
}
