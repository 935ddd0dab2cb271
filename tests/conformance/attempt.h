// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_ATTEMPT_H_
#define RELUSERVE_TESTS_CONFORMANCE_ATTEMPT_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/engine/compiled_model.h"
#include "tests/conformance/check_case.h"
#include "tests/conformance/model_file.h"
#include "tests/conformance/sparsity_check.h"
#include "tests/conformance/test_case.h"

namespace reluserve::conformance {

// Which inputs of the model become initialisers before it is imported.
enum class Binding { kNone, kAllButFirst, kAll };

std::string_view NoteOf(Binding binding);

// What came of running the data sets in one way.
struct Outcome {
  enum class Kind { kRight, kRefused, kWrong };
  Kind kind = Kind::kRight;
  std::string message;
};

// One case being run in one way. Used once.
class Attempt {
 public:
  // All must outlive the attempt.
  Attempt(const TestCase& test, const ModelFile& file, Binding binding, const CheckOptions& options)
      : test_(test), file_(file), binding_(binding), options_(options) {}

  // Stops at the first data set that is not right.
  Outcome Run(const SparsityReference& sparsity);
  // Whether nothing that was compared could tell a right answer from a lucky one
  // (Verdict::vacuous).
  bool vacuous() const { return vacuous_; }

 private:
  struct Results {
    std::vector<Tensor> outputs;
    sparsity::Trace trace;
  };

  // The inputs from this one on are bound.
  size_t BoundFrom() const;
  absl::Status Compile(const std::filesystem::path& set);
  Outcome RunSet(const std::filesystem::path& set, const std::vector<LayerReference>* sparsity);
  // The tensors for the inputs that the model still has, in its order.
  absl::StatusOr<std::vector<Tensor>> ReadInputs(const std::filesystem::path& set) const;
  absl::StatusOr<Results> RunPlan(const std::shared_ptr<const engine::Plan>& plan,
                                  const std::vector<Tensor>& inputs);
  // How the outputs differ from the set's files; empty when they do not.
  std::string CompareOutputs(const std::filesystem::path& set, const std::vector<Tensor>& outputs);

  const TestCase& test_;
  const ModelFile& file_;
  const Binding binding_;
  const CheckOptions& options_;
  std::shared_ptr<engine::CompiledModel> model_;
  engine::ExecutionContext context_;
  bool vacuous_ = true;
};

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_ATTEMPT_H_
