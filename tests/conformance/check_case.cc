// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/check_case.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "server/base/status.h"
#include "tests/conformance/attempt.h"
#include "tests/conformance/model_file.h"
#include "tests/conformance/sparsity_check.h"

namespace reluserve::conformance {
namespace {

using Kind = Outcome::Kind;

bool NamesAReason(const std::string& message, const ModelFile& file) {
  const std::set<std::string>& reasons = file.reasons();
  return std::any_of(reasons.begin(), reasons.end(), [&](const std::string& reason) {
    return message.find(reason) != std::string::npos;
  });
}

Verdict JudgeRefusable(const ModelFile& file, const Outcome& outcome) {
  if (outcome.kind != Kind::kRefused) {
    return {outcome.kind == Kind::kRight, "answered", outcome.message};
  }
  if (NamesAReason(outcome.message, file)) return {true, "refused: " + outcome.message, ""};
  return {false, "refused", "the error names no operator, type or domain: " + outcome.message};
}

// The verdict over all ways in which a case was run.
class Judge {
 public:
  void Take(Binding binding, const Outcome& outcome, bool vacuous) {
    if (outcome.kind == Kind::kRefused) {
      if (refusal_.empty()) refusal_ = outcome.message;
      return;
    }
    Append(verdict_.note, NoteOf(binding));
    verdict_.vacuous = vacuous;
    if (outcome.kind == Kind::kWrong) Append(verdict_.message, outcome.message);
  }
  bool accepted() const { return !verdict_.note.empty(); }
  Verdict Decide() {
    if (!accepted()) verdict_.message = "refused: " + refusal_;
    verdict_.passed = verdict_.message.empty();
    return verdict_;
  }

 private:
  static void Append(std::string& list, std::string_view item) {
    list += fmt::format("{}{}", list.empty() ? "" : "; ", item);
  }

  Verdict verdict_;
  std::string refusal_;
};

absl::StatusOr<Verdict> Check(const TestCase& test, const CheckOptions& options) {
  RELUSERVE_ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Read(test.model_file()));
  SparsityReference sparsity;
  if (const std::filesystem::path path = test.directory / "sparsity.json";
      std::filesystem::exists(path)) {
    RELUSERVE_ASSIGN_OR_RETURN(sparsity, ReadSparsityReference(path));
  }
  if (test.may_be_refused()) {
    return JudgeRefusable(file, Attempt(test, file, Binding::kNone, options).Run(sparsity));
  }
  Judge judge;
  const auto run = [&](Binding binding) {
    Attempt attempt(test, file, binding, options);
    const Outcome outcome = attempt.Run(sparsity);
    judge.Take(binding, outcome, attempt.vacuous());
  };
  run(Binding::kNone);
  if (file.inputs().size() > 1) run(Binding::kAllButFirst);
  if (!judge.accepted() && !file.inputs().empty()) run(Binding::kAll);
  return judge.Decide();
}

}  // namespace

Verdict CheckCase(const TestCase& test, const CheckOptions& options) {
  const absl::StatusOr<Verdict> verdict = Check(test, options);
  if (!verdict.ok()) return {false, "", std::string(verdict.status().message())};
  return *verdict;
}

}  // namespace reluserve::conformance
