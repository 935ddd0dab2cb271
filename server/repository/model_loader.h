// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// From the files of a model to models that serve.

#ifndef RELUSERVE_SERVER_REPOSITORY_MODEL_LOADER_H_
#define RELUSERVE_SERVER_REPOSITORY_MODEL_LOADER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <absl/status/statusor.h>

#include "proto/model_config.pb.h"
#include "server/repository/loaded_model.h"
#include "server/repository/model_folder.h"

namespace reluserve::repository {

// The model's configuration: `json` (a ModelConfig in protobuf's JSON) or, where that is empty,
// config.pbtxt, or, where there is none, nothing but defaults. Logs what of it has no effect.
// Errors are those of config_parser.h and of reading.
absl::StatusOr<inference::ModelConfig> LoadConfig(const std::string& name,
                                                  const ModelFolder& folder,
                                                  const std::string& json);

// One version: reads its files, has LoadedModel::Load make it ready, and logs how that went. What
// the configuration leaves open of batching is as in `batching`; `winograd` as in ModelSource.
// Errors are those of reading and of LoadedModel::Load; INVALID_ARGUMENT for a file name in the
// configuration that is a path.
absl::StatusOr<std::shared_ptr<const LoadedModel>> LoadVersion(
    const std::string& name, const ModelFolder& folder, int64_t version,
    const inference::ModelConfig& config, const BatchingOptions& batching, bool winograd = true);

// Finds at which batch sizes the model can be run, as LoadedModel::FindRunSizes, and logs them.
void FindRunSizes(const LoadedModel& model, const std::function<bool()>& go_on);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_MODEL_LOADER_H_
