// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "server/batching/cpu_grant.h"
#include "server/server.h"
#include "server/server_options.h"

namespace {

// Turns of the waiting loop before a thread sleeps: some ten microseconds, about what waking one
// takes, so that the layers of a network, which follow each other closely, do not pay for it.
constexpr char kSpinCount[] = "1000";

// OpenMP's threads spin for milliseconds after each piece of work, in case more comes: on an idle
// server, or while another lane computes, that is a CPU burnt. libgomp reads how long when it is
// loaded, before main(), so the process starts itself again, once. Whoever set a variable of
// OpenMP's knows better and is left alone.
void WaitPassively(char** argv) {
  if (getenv("OMP_WAIT_POLICY") != nullptr || getenv("GOMP_SPINCOUNT") != nullptr) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  setenv("GOMP_SPINCOUNT", kSpinCount, 1);
  execv("/proc/self/exe", argv);
  // Where that cannot be done the server works all the same.
}

// glibc's malloc hands out up to eight arenas a CPU, each to some of the threads, and keeps in each
// what they freed: models that come and go would leave memory behind in one after the other.
void ShareArenas() {
  if (getenv("MALLOC_ARENA_MAX") != nullptr) return;
  mallopt(M_ARENA_MAX, reluserve::batching::GetCpuGrant().cpus());
}

}  // namespace

int main(int argc, char** argv) {
  const reluserve::ParsedOptions parsed = reluserve::ParseServerOptions(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  WaitPassively(argv);
  // Started by another name, it would be listed under that.
  pthread_setname_np(pthread_self(), "reluserve");
  ShareArenas();

  spdlog::set_default_logger(spdlog::stderr_logger_mt("reluserve"));
  spdlog::set_pattern(reluserve::kLogPattern);
  spdlog::set_level(spdlog::level::from_str(parsed.options.log_level));

  // Blocked before there are other threads, so that all of them inherit it and the signals wait for
  // the one that asks.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  const absl::Status status = reluserve::Serve(parsed.options, stop_signals);
  if (!status.ok()) {
    spdlog::error("{}", std::string(status.message()));
    return 1;
  }
  return 0;
}
