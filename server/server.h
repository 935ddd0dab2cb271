// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_SERVER_H_
#define RELUSERVE_SERVER_SERVER_H_

#include <csignal>

#include <absl/status/status.h>

#include "server/server_options.h"

namespace reluserve {

// Loads the models, serves until one of `stop_signals` arrives (which all threads must have
// blocked), then turns health to NOT_SERVING, answers what is in flight, and returns. An error only
// where serving could not begin.
absl::Status Serve(const ServerOptions& options, const sigset_t& stop_signals);

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_SERVER_H_
