// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/tuning_file.h"

#include <fmt/format.h>

#include "server/base/printable.h"
#include "server/base/status.h"
#include "server/repository/text_proto.h"

namespace reluserve::repository {
namespace {

constexpr size_t kMaxShownBytes = 100;

absl::Status CheckSame(const char* what, const std::string& found, const std::string& here) {
  if (found == here) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format("it was made for {} \"{}\", this is \"{}\"",
                                                   what, Printable(found, kMaxShownBytes), here));
}

}  // namespace

v1::Tuning EncodeTuning(const engine::Tuning& tuning, uint64_t fingerprint) {
  const engine::Machine machine = engine::ThisMachine();
  v1::Tuning message;
  message.set_model_fingerprint(fmt::format("{:016x}", fingerprint));
  message.set_cpu_isa(machine.cpu_isa);
  message.set_onednn_version(machine.onednn_version);
  message.set_in_blocks(tuning.in_blocks);
  for (const auto& [node, tile] : tuning.winograd_tiles) {
    v1::WinogradConvolution* convolution = message.add_winograd();
    convolution->set_node(node);
    convolution->set_tile(static_cast<uint32_t>(tile));
  }
  return message;
}

absl::StatusOr<engine::Tuning> ParseTuning(const std::string& text, uint64_t fingerprint) {
  v1::Tuning message;
  RELUSERVE_RETURN_IF_ERROR(ParseTextProto(text, message).status());
  const v1::Tuning here = EncodeTuning({}, fingerprint);
  RELUSERVE_RETURN_IF_ERROR(
      CheckSame("model", message.model_fingerprint(), here.model_fingerprint()));
  RELUSERVE_RETURN_IF_ERROR(CheckSame("instruction set", std::to_string(message.cpu_isa()),
                                      std::to_string(here.cpu_isa())));
  RELUSERVE_RETURN_IF_ERROR(CheckSame("oneDNN", message.onednn_version(), here.onednn_version()));
  engine::Tuning tuning;
  tuning.in_blocks = message.in_blocks();
  for (const v1::WinogradConvolution& convolution : message.winograd()) {
    if (convolution.tile() != 2 && convolution.tile() != 4) {
      return InvalidArgument("convolution \"{}\" has tile {}, expected 2 or 4",
                             Printable(convolution.node(), kMaxShownBytes), convolution.tile());
    }
    tuning.winograd_tiles[convolution.node()] = static_cast<int>(convolution.tile());
  }
  return tuning;
}

}  // namespace reluserve::repository
