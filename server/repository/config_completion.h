// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A model's configuration against the model itself: what it leaves out is filled in, and what it
// says otherwise is an error.

#ifndef RELUSERVE_SERVER_REPOSITORY_CONFIG_COMPLETION_H_
#define RELUSERVE_SERVER_REPOSITORY_CONFIG_COMPLETION_H_

#include <string>
#include <vector>

#include <absl/status/status.h>

#include "proto/model_config.pb.h"
#include "server/repository/tensor_spec.h"

namespace reluserve::repository {

// What a model is, as far as a configuration can contradict it. Shapes are whole: with the batch in
// front where there is one.
struct ModelFacts {
  std::string name;
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
  // Whether axis 0 of every input and output is a batch that requests choose.
  bool batchable = false;
  // Why it is not.
  std::string obstacle;
};

// Makes `config` complete: name, backend, version policy, max_batch_size, and every input and
// output of the model, in its order, with type and dims.
//
// Where `config` has no max_batch_size, the model is served with batches of up to
// `default_max_batch_size` if it can batch and no `dims` have the batch in them, else with 0. Where
// max_batch_size is 0 and `dims` of a model that can batch are left out, they say a batch of 1.
//
// INVALID_ARGUMENT naming field, value and what the model has, where `config` contradicts the model
// or asks for what this server does not do at all (sequences, ensembles, decoupled answers).
absl::Status CompleteConfig(const ModelFacts& facts, int default_max_batch_size,
                            inference::ModelConfig& config);

// The inputs and outputs as clients see them, of a complete configuration.
std::vector<TensorSpec> InputSpecs(const inference::ModelConfig& config);
std::vector<TensorSpec> OutputSpecs(const inference::ModelConfig& config);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_CONFIG_COMPLETION_H_
