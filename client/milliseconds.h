// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_MILLISECONDS_H_
#define RELUSERVE_CLIENT_MILLISECONDS_H_

#include <google/protobuf/util/time_util.h>

namespace reluserve::client {

inline double Milliseconds(const google::protobuf::Duration& duration) {
  return 1e-6 *
         static_cast<double>(google::protobuf::util::TimeUtil::DurationToNanoseconds(duration));
}

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_MILLISECONDS_H_
