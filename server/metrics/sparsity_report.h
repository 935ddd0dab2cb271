// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the sparsity store holds, as reluserve.v1.SparsityService and the dashboard tell it.

#ifndef RELUSERVE_SERVER_METRICS_SPARSITY_REPORT_H_
#define RELUSERVE_SERVER_METRICS_SPARSITY_REPORT_H_

#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "proto/reluserve/v1/sparsity_service.pb.h"
#include "server/repository/loaded_model.h"
#include "server/sparsity/dead_channels.h"
#include "server/sparsity/drift.h"
#include "server/sparsity/model_sparsity.h"

namespace reluserve::metrics {

// INVALID_ARGUMENT for a number that is no window.
absl::StatusOr<sparsity::Window> DecodeWindow(v1::SparsityWindow window);

// The report of what `request` asks of a model. INVALID_ARGUMENT, or NOT_FOUND for a layer.
absl::Status EncodeReport(const v1::GetSparsityRequest& request,
                          const repository::LoadedModel& model, sparsity::ModelSparsity& counts,
                          absl::Time now, v1::SparsityReport& report);

// INVALID_ARGUMENT where a field is out of its range.
absl::StatusOr<sparsity::DeadChannelOptions> DecodeDeadChannelOptions(
    const v1::ListDeadChannelsRequest& request);
void EncodeDeadChannels(const sparsity::Reading& reading,
                        const std::vector<sparsity::LayerInfo>& layers,
                        const sparsity::DeadChannelOptions& options,
                        v1::ListDeadChannelsResponse& response);

void EncodeDrift(const sparsity::Reading& live, const sparsity::Reading& baseline,
                 const std::vector<sparsity::LayerInfo>& layers, v1::GetDriftResponse& response);

google::protobuf::Timestamp EncodeTime(absl::Time time);

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_SPARSITY_REPORT_H_
