// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/weight_store.h"

#include <utility>

#include "server/base/status.h"

namespace reluserve::engine {

absl::StatusOr<const void*> WeightStore::Get(graph::ValueId id, const Tensor& tensor,
                                             const compat::Desc& given,
                                             const compat::Desc& wanted) {
  if (given == wanted) return tensor.data();
  absl::MutexLock lock(&mutex_);
  std::vector<Packed>& variants = packed_[id];
  for (const Packed& packed : variants) {
    if (packed.desc == wanted) return packed.elements.data();
  }
  const auto bytes = static_cast<int64_t>(wanted.get_size());
  RELUSERVE_ASSIGN_OR_RETURN(Tensor elements, Tensor::Allocate(DataType::kUint8, Shape{bytes}));
  try {
    dnnl::memory source(given, compat::CpuEngine(), const_cast<void*>(tensor.data()));
    dnnl::memory target(wanted, compat::CpuEngine(), elements.mutable_data());
    dnnl::stream stream(compat::CpuEngine());
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
  } catch (const dnnl::error& error) {
    return Internal("packing weights of {} bytes failed in oneDNN: {}", bytes, error.what());
  }
  packed_bytes_ += bytes;
  variants.push_back({wanted, std::move(elements)});
  return variants.back().elements.data();
}

int64_t WeightStore::packed_bytes() const {
  absl::MutexLock lock(&mutex_);
  return packed_bytes_;
}

}  // namespace reluserve::engine
