// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/reference_ops.h"

namespace reluserve::test_support {

Values Compute(const graph::Conv& op, const Inputs& in) {
  const Values& x = *in[0];
  const Values& w = *in[1];
  const Values* bias = Optional(in, 2);
  const std::vector<SlidingAxis> axes =
      Slide(op.window, SpatialExtents(w.shape), x.shape, /*ceil_mode=*/false);
  Shape shape = {x.shape[0], w.shape[0]};
  for (const SlidingAxis& axis : axes) shape.push_back(axis.output);

  Values y(shape);
  const int64_t group_inputs = w.shape[1];
  const int64_t group_outputs = w.shape[0] / op.group;
  ForEachIndex(shape, [&](const Index& at) {
    const int64_t first_channel = at[1] / group_outputs * group_inputs;
    Sum sum;
    if (bias != nullptr) sum.Add(bias->At({at[1]}));
    Index weight = Shape::Filled(w.shape.rank(), 0);
    weight[0] = at[1];
    ForEachIndex(Shape(w.shape.dims().subspan(1)), [&](const Index& tap) {
      Index source = {at[0], first_channel + tap[0]};
      weight[1] = tap[0];
      for (size_t d = 0; d < axes.size(); ++d) {
        const int axis = static_cast<int>(d);
        source.push_back(at[axis + 2] * axes[d].stride - axes[d].pad_begin +
                         tap[axis + 1] * axes[d].dilation);
        weight[axis + 2] = tap[axis + 1];
      }
      if (x.Contains(source)) sum.Add(x.At(source) * w.At(weight));
    });
    y.At(at) = sum.total();
    y.exact = y.exact && sum.exact();
  });
  return y;
}

Values Compute(const graph::ConvTranspose& op, const Inputs& in) {
  const Values& x = *in[0];
  const Values& w = *in[1];
  const Values* bias = Optional(in, 2);
  const int64_t group_inputs = x.shape[1] / op.group;
  const int64_t group_outputs = w.shape[1];
  const std::vector<SlidingAxis> axes = SlideTransposed(op, SpatialExtents(w.shape), x.shape);
  Shape shape = {x.shape[0], group_outputs * op.group};
  Shape taps = {group_inputs};
  for (const SlidingAxis& axis : axes) {
    shape.push_back(axis.output);
    taps.push_back(axis.kernel);
  }

  Values y(shape);
  ForEachIndex(shape, [&](const Index& at) {
    Sum sum;
    if (bias != nullptr) sum.Add(bias->At({at[1]}));
    // Input i reaches outputs i·stride − pad_begin + k·dilation, so this one is reached by those i
    // for which the division below leaves no rest.
    ForEachIndex(taps, [&](const Index& tap) {
      const int64_t channel = at[1] / group_outputs * group_inputs + tap[0];
      Index source = {at[0], channel};
      Index weight = {channel, at[1] % group_outputs};
      bool reached = true;
      for (size_t d = 0; d < axes.size(); ++d) {
        const int axis = static_cast<int>(d);
        const int64_t steps = at[axis + 2] + axes[d].pad_begin - tap[axis + 1] * axes[d].dilation;
        reached = reached && steps % axes[d].stride == 0;
        source.push_back(steps / axes[d].stride);
        weight.push_back(tap[axis + 1]);
      }
      if (reached && x.Contains(source)) sum.Add(x.At(source) * w.At(weight));
    });
    y.At(at) = sum.total();
    y.exact = y.exact && sum.exact();
  });
  return y;
}

}  // namespace reluserve::test_support
