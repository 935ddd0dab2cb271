// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/importer.h"

#include <algorithm>
#include <climits>
#include <deque>
#include <utility>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include "server/base/content_hash.h"
#include "server/base/status.h"
#include "server/onnx/branches.h"
#include "server/onnx/cut_file.h"
#include "server/onnx/graph_builder.h"
#include "server/onnx/inline_functions.h"
#include "server/onnx/names.h"
#include "server/onnx/node_importer.h"
#include "server/onnx/parsed_size.h"
#include "server/onnx/tensor_proto.h"
#include "server/onnx/value_info.h"

namespace reluserve::onnx_import {
namespace {

// Most nodes a graph may have. The largest networks in use have some thousands.
constexpr int kMaxNodes = 100'000;

// Most If nodes, each of which has shapes inferred, and how deep one may stand in another.
constexpr int kMaxBranches = 64;
constexpr int kMaxBranchDepth = 8;
constexpr int64_t kMaxBranchNames = 50'000;

// Most opsets a model may list.
constexpr int kMaxListed = 10'000;

// The memory that a parsed file may take: kMaxParsedRatio times its size and kParsedAllowance
// bytes. Real files take little more than their size, small ones of many nodes some times as much.
constexpr int64_t kMaxParsedRatio = 4;
constexpr int64_t kParsedAllowance = int64_t{256} << 20;

absl::Status CheckSize(int64_t size, const ImportOptions& options) {
  const int64_t max_bytes = std::min<int64_t>(options.max_file_bytes, INT_MAX);
  if (size == 0) return InvalidArgument("the file is empty");
  if (size <= max_bytes) return absl::OkStatus();
  return InvalidArgument("the file has {} bytes, at most {} are accepted", size, max_bytes);
}

// `size` is that of the whole file.
absl::Status Parse(const CutFile& file, int64_t size, onnx::ModelProto& model) {
  const std::string& bytes = file.structure;
  const int64_t parsed_size = BoundParsedSize(bytes) + file.raw_bytes;
  if (parsed_size > kMaxParsedRatio * size + kParsedAllowance) {
    return InvalidArgument(
        "the file would take up to {} bytes of memory for its {} bytes, too many", parsed_size,
        size);
  }
  google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream stream(&array);
  if (!model.ParsePartialFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return InvalidArgument("the file is not an ONNX model, or is damaged or cut short");
  }
  if (model.ir_version() < 1 || !model.has_graph()) {
    return InvalidArgument("the file is not an ONNX model: it has no {}",
                           model.has_graph() ? "ir_version" : "graph");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unordered_map<std::string, int64_t>> ReadOpsets(const onnx::ModelProto& model) {
  std::unordered_map<std::string, int64_t> opsets;
  if (model.opset_import_size() > kMaxListed) {
    return InvalidArgument("the model lists {} opsets, at most {} are accepted",
                           model.opset_import_size(), kMaxListed);
  }
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    RELUSERVE_RETURN_IF_ERROR(CheckName("an opset's domain", opset.domain()));
    const auto [entry, is_new] = opsets.emplace(CanonicalDomain(opset.domain()), opset.version());
    if (!is_new && entry->second != opset.version()) {
      return InvalidArgument("the model imports opsets {} and {} of domain \"{}\"", entry->second,
                             opset.version(), entry->first);
    }
  }
  // Until IR version 2 files had no such list.
  if (model.ir_version() < 3 && opsets.empty()) opsets.emplace(kDefaultDomain, 1);
  const auto own = opsets.find(std::string(kDefaultDomain));
  if (own != opsets.end() && (own->second < 1 || own->second > kNewestOpset)) {
    return Unimplemented("the model uses opset {}, supported are 1 to {}", own->second,
                         kNewestOpset);
  }
  return opsets;
}

// Text for people only: dropped rather than refused when it is not clean.
std::string CleanOrEmpty(std::string text) {
  return IsCleanName(text) ? std::move(text) : std::string();
}

ModelInfo ReadInfo(const onnx::ModelProto& model, const FileFacts& file) {
  ModelInfo info;
  info.producer = CleanOrEmpty(model.producer_name());
  if (!model.producer_version().empty()) {
    info.producer += " " + CleanOrEmpty(model.producer_version());
  }
  info.ir_version = model.ir_version();
  const auto opset = file.opsets.find(std::string(kDefaultDomain));
  if (opset != file.opsets.end()) info.opset = opset->second;
  info.graph_name = CleanOrEmpty(model.graph().name());
  return info;
}

// Bounds the counts of things that take more memory in the graph than in the file, and refuses what
// no later step looks at.
absl::Status CheckGraph(const onnx::GraphProto& proto) {
  const struct {
    std::string_view what;
    int count;
    int limit;
  } counts[] = {{"nodes", proto.node_size(), kMaxNodes},
                {"initializers", proto.initializer_size(), GraphBuilder::kMaxValues},
                {"inputs", proto.input_size(), GraphBuilder::kMaxValues},
                {"outputs", proto.output_size(), GraphBuilder::kMaxValues}};
  for (const auto& [what, count, limit] : counts) {
    if (count <= limit) continue;
    return InvalidArgument("the graph has {} {}, at most {} are accepted", count, what, limit);
  }
  if (proto.output_size() == 0) return InvalidArgument("the graph has no outputs");
  if (proto.sparse_initializer_size() > 0) {
    return Unimplemented("the graph has {} sparse initializers; only dense ones are supported",
                         proto.sparse_initializer_size());
  }
  return absl::OkStatus();
}

// Every name that is read has to be defined, and so there are at most as many. Branches of an If
// read values from around them.
absl::Status CollectReadNames(const onnx::GraphProto& proto, FileFacts& file) {
  for (const onnx::NodeProto& node : proto.node()) {
    for (const std::string& name : node.input()) {
      if (!name.empty()) file.read_names.insert(name);
      if (file.read_names.size() > GraphBuilder::kMaxValues) {
        return InvalidArgument("the graph reads more than {} values", GraphBuilder::kMaxValues);
      }
    }
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.has_g()) RELUSERVE_RETURN_IF_ERROR(CollectReadNames(attribute.g(), file));
    }
  }
  for (const onnx::ValueInfoProto& output : proto.output()) file.read_names.insert(output.name());
  return absl::OkStatus();
}

// Brings one GraphProto into a GraphBuilder.
class GraphImporter {
 public:
  // All have to outlive the importer.
  GraphImporter(FileFacts& file, ExternalData& external, const graph::NodeEvaluator& evaluate)
      : file_(file), external_(external), evaluate_(evaluate) {}

  // By the graph's initializers.
  using CutTensors = std::unordered_map<int, RawData>;

  // Takes the graph apart: tensors are freed once they are converted.
  absl::StatusOr<graph::Graph> Run(onnx::GraphProto& proto, const CutTensors& cut) {
    RELUSERVE_RETURN_IF_ERROR(DefineInitializers(proto, cut));
    RELUSERVE_RETURN_IF_ERROR(DefineInputs(proto));
    for (const onnx::NodeProto& node : proto.node()) {
      for (const std::string& output : node.output()) {
        if (output.empty()) continue;
        RELUSERVE_RETURN_IF_ERROR(builder_.Define(output).status());
      }
    }
    builder_.ConvertInputs();

    for (onnx::NodeProto& node : *proto.mutable_node()) {
      RELUSERVE_RETURN_IF_ERROR(ImportNode(node, {}, 0));
      // Tensors of Constant nodes are held by the graph now. Names stay: others refer to them.
      google::protobuf::RepeatedPtrField<onnx::AttributeProto>().Swap(node.mutable_attribute());
    }
    RELUSERVE_RETURN_IF_ERROR(AddOutputs(proto));
    return std::move(builder_).Finish();
  }

 private:
  absl::Status ImportNode(const onnx::NodeProto& node, const Scope& scope, int depth) {
    if (node.op_type() == "If" && CanonicalDomain(node.domain()).empty()) {
      return Annotate(ImportBranch(node, scope, depth),
                      fmt::format("node \"{}\" (If)", NodeName(node)));
    }
    return NodeImporter(file_, builder_).Import(node);
  }

  // The nodes of the branch that the condition chooses. Within a branch, `scope` has the names of
  // what is around.
  absl::Status ImportBranch(const onnx::NodeProto& node, Scope scope, int depth) {
    RELUSERVE_RETURN_IF_ERROR(CheckName("a node", NodeName(node)));
    if (depth >= kMaxBranchDepth || ++branches_ > kMaxBranches) {
      return InvalidArgument("the graph has more than {} branches, or {} within each other",
                             kMaxBranches, kMaxBranchDepth);
    }
    const graph::ValueId condition =
        node.input_size() == 1 ? builder_.Operand(node.input(0)) : graph::kNoValue;
    if (condition == graph::kNoValue) return InvalidArgument("it has no condition");
    RELUSERVE_ASSIGN_OR_RETURN(const Decision decision,
                               Decide(builder_.graph(), condition, evaluate_));
    const std::string suffix = decision.open ? "/computed" : "";
    RELUSERVE_ASSIGN_OR_RETURN(
        onnx::GraphProto taken,
        TakeBranch(node, decision.value, NodeName(node) + "/", suffix, scope, branch_names_left_));
    onnx::GraphProto& branch = branch_protos_.emplace_back(std::move(taken));
    RELUSERVE_RETURN_IF_ERROR(CollectReadNames(branch, file_));
    // Branches within this one name them as they are called here.
    for (const onnx::TensorProto& initializer : branch.initializer()) {
      file_.read_names.insert(kept_names_.emplace_back(initializer.name()));
    }
    RELUSERVE_RETURN_IF_ERROR(DefineInitializers(branch, {}));
    for (const onnx::NodeProto& inner : branch.node()) {
      for (const std::string& output : inner.output()) {
        const bool is_result =
            std::find(node.output().begin(), node.output().end(), output) != node.output().end();
        if (output.empty() || is_result) continue;
        RELUSERVE_RETURN_IF_ERROR(builder_.Define(output).status());
      }
    }
    for (const onnx::NodeProto& inner : branch.node()) {
      RELUSERVE_RETURN_IF_ERROR(ImportNode(inner, scope, depth + 1));
    }
    if (!decision.open) return absl::OkStatus();
    for (const std::string& output : node.output()) {
      if (output.empty()) continue;
      AddGuard(NodeName(node), condition, decision.value, output + suffix, output, builder_);
    }
    return absl::OkStatus();
  }

  // Converts the initializers that something reads.
  absl::Status DefineInitializers(onnx::GraphProto& proto, const CutTensors& cut) {
    for (int i = 0; i < proto.initializer_size(); ++i) {
      onnx::TensorProto taken;
      taken.Swap(proto.mutable_initializer(i));
      RELUSERVE_RETURN_IF_ERROR(CheckName("an initializer", taken.name()));
      initializer_names_.insert(taken.name());
      if (!file_.read_names.contains(taken.name())) continue;
      const auto raw = cut.find(i);
      absl::StatusOr<Tensor> tensor =
          TensorFromProto(taken, &external_, raw == cut.end() ? nullptr : &raw->second);
      if (!tensor.ok()) return WithSubject(tensor.status(), "initializer", taken.name());
      RELUSERVE_RETURN_IF_ERROR(builder_.DefineConstant(taken.name(), *std::move(tensor)));
    }
    return absl::OkStatus();
  }

  absl::Status DefineInputs(const onnx::GraphProto& proto) {
    InputReader reader(proto);
    for (const onnx::ValueInfoProto& input : proto.input()) {
      // An initializer that is listed among the inputs is a default; nobody has to send it.
      if (initializer_names_.contains(input.name())) continue;
      RELUSERVE_RETURN_IF_ERROR(CheckName("an input", input.name()));
      absl::StatusOr<DeclaredInput> declared = reader.Read(input);
      if (!declared.ok()) return WithSubject(declared.status(), "input", input.name());
      RELUSERVE_RETURN_IF_ERROR(
          builder_.DefineInput(input.name(), declared->type, std::move(declared->dims)));
    }
    return absl::OkStatus();
  }

  absl::Status AddOutputs(const onnx::GraphProto& proto) {
    std::unordered_set<std::string_view> names;
    for (const onnx::ValueInfoProto& output : proto.output()) {
      RELUSERVE_RETURN_IF_ERROR(CheckName("an output", output.name()));
      const absl::StatusOr<std::optional<DataType>> type = ReadOutputType(output);
      if (!type.ok()) return WithSubject(type.status(), "output", output.name());
      if (builder_.Find(output.name()) == graph::kNoValue) {
        return InvalidArgument("output \"{}\" is defined by no node, input or initializer",
                               output.name());
      }
      if (!names.insert(output.name()).second) {
        return InvalidArgument("output \"{}\" is listed twice", output.name());
      }
      builder_.AddOutput(output.name(), type->value_or(DataType::kFloat32));
    }
    return absl::OkStatus();
  }

  FileFacts& file_;
  ExternalData& external_;
  const graph::NodeEvaluator& evaluate_;
  GraphBuilder builder_;
  std::deque<onnx::GraphProto> branch_protos_;  // whose names `file_` refers to
  std::deque<std::string> kept_names_;          // likewise
  int branches_ = 0;
  int64_t branch_names_left_ = kMaxBranchNames;
  std::unordered_set<std::string> initializer_names_;
};

}  // namespace

absl::StatusOr<ImportedModel> ImportModel(const ByteSource& file, const ImportOptions& options) {
  RELUSERVE_RETURN_IF_ERROR(CheckSize(file.size(), options));
  RELUSERVE_ASSIGN_OR_RETURN(CutFile cut_file, CutLargeTensors(file));
  onnx::ModelProto model;
  RELUSERVE_RETURN_IF_ERROR(Parse(cut_file, file.size(), model));
  ContentHash hash;
  hash.Add(std::exchange(cut_file.structure, {}));
  RELUSERVE_RETURN_IF_ERROR(InlineFunctions(model));
  FileFacts facts;
  RELUSERVE_ASSIGN_OR_RETURN(facts.opsets, ReadOpsets(model));
  RELUSERVE_RETURN_IF_ERROR(CheckGraph(model.graph()));
  RELUSERVE_RETURN_IF_ERROR(CollectReadNames(model.graph(), facts));

  ImportedModel imported;
  imported.info = ReadInfo(model, facts);
  GraphImporter::CutTensors cut;
  for (const auto& [index, raw] : cut_file.raw_data) {
    cut.emplace(index, RawData(file, raw.offset, raw.size, &hash));
  }
  ExternalData external(options.read_external, &hash);
  GraphImporter importer(facts, external, options.evaluate);
  RELUSERVE_ASSIGN_OR_RETURN(imported.graph, importer.Run(*model.mutable_graph(), cut));
  RELUSERVE_RETURN_IF_ERROR(file.CheckUnchanged());
  RELUSERVE_RETURN_IF_ERROR(external.CheckUnchanged());
  imported.fingerprint = hash.value();
  return imported;
}

}  // namespace reluserve::onnx_import
