// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// ONNX files as the conformance runner needs them. Only the importer under test gives them meaning:
// here they are names and bytes.

#ifndef RELUSERVE_TESTS_CONFORMANCE_MODEL_FILE_H_
#define RELUSERVE_TESTS_CONFORMANCE_MODEL_FILE_H_

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/onnx/external_data.h"
#include "server/tensor/tensor.h"

namespace reluserve::conformance {

// The bytes of a file, or NOT_FOUND.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& file);

// Reads the files beside a model, for the importer.
onnx_import::ReadExternalFile FilesBeside(const std::filesystem::path& model_file);

// The tensor of an input_N.pb or output_N.pb file.
absl::StatusOr<Tensor> ReadTensorFile(const std::filesystem::path& file);

class ModelFile {
 public:
  // INVALID_ARGUMENT when the file is not a ModelProto.
  static absl::StatusOr<ModelFile> Read(const std::filesystem::path& file);
  ModelFile(ModelFile&&) noexcept;
  ~ModelFile();

  // The inputs that are not initialisers, in order: input_N.pb is for the N-th of these.
  const std::vector<std::string>& inputs() const { return inputs_; }
  // The operators of the graph, without those of subgraphs: "Conv", "com.microsoft:QLinearAdd".
  const std::set<std::string>& operators() const { return operators_; }
  // Words of which an error that refuses this model has to say one: operators, domains, and the
  // types of inputs and outputs.
  const std::set<std::string>& reasons() const { return reasons_; }

  // The serialised model, in which those of inputs() that `bound` names have become initialisers
  // with the contents of the given input_N.pb files.
  struct Initializer {
    std::string input;
    std::filesystem::path file;
  };
  absl::StatusOr<std::string> WithInitializers(const std::vector<Initializer>& bound) const;

 private:
  explicit ModelFile(std::unique_ptr<onnx::ModelProto> model);

  std::unique_ptr<onnx::ModelProto> model_;
  std::vector<std::string> inputs_;
  std::set<std::string> operators_;
  std::set<std::string> reasons_;
};

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_MODEL_FILE_H_
