// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests sample_independence.cc through InferSymbolicShapes: which operators keep the samples of a
// batch apart. For each that does not there is a neighbour that does, so that the test tells a rule
// from a general refusal.

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/engine/kernels/kernel.h"
#include "server/graph/symbolic.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::graph {
namespace {

using test_support::GraphBuilder;

Tensor Numbers(const Shape& shape) {
  test_support::Random random(20261127);
  return test_support::RandomFloats(shape, -1, 1, random);
}

Tensor Indices(const Shape& shape, const std::vector<int64_t>& values) {
  return Tensor::Of<int64_t>(shape, values);
}

// Small networks over inputs x [batch,4,6], and others of their own; the result is their output.
class Net {
 public:
  ValueId x() { return x_ != kNoValue ? x_ : x_ = builder_.Input("x", {-1, 4, 6}); }
  ValueId Input(const std::string& name, const std::vector<int64_t>& dims,
                DataType type = DataType::kFloat32) {
    return builder_.Input(name, dims, type);
  }
  ValueId Constant(const Tensor& tensor) { return builder_.Constant(tensor); }
  ValueId Constant(const std::vector<int64_t>& values) { return builder_.Constant(values); }
  ValueId Add(Op op, std::vector<ValueId> inputs) {
    return builder_.Add(std::move(op), std::move(inputs));
  }
  Graph Build(ValueId output) { return builder_.Build({output}); }

 private:
  GraphBuilder builder_;
  ValueId x_ = kNoValue;
};

struct Row {
  const char* what;
  bool batchable;
  std::function<ValueId(Net&)> build;
};

void Check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    Net net;
    const ValueId output = row.build(net);
    const Graph graph = net.Build(output);
    const auto shapes = InferSymbolicShapes(graph, engine::EvaluateNode);
    ASSERT_TRUE(shapes.ok()) << row.what << ": " << shapes.status();
    EXPECT_EQ(shapes->batchable, row.batchable) << row.what << ": " << shapes->obstacle;
    EXPECT_EQ(shapes->obstacle.empty(), row.batchable) << row.what;
  }
}

TEST(SampleIndependenceTest, AlongAnAxis) {
  Check({
      {"softmax of channels", true, [](Net& n) { return n.Add(Softmax{1}, {n.x()}); }},
      {"softmax of samples", false, [](Net& n) { return n.Add(Softmax{0}, {n.x()}); }},
      {"running sum of channels", true, [](Net& n) { return n.Add(CumSum{1}, {n.x()}); }},
      {"running sum of samples", false, [](Net& n) { return n.Add(CumSum{0}, {n.x()}); }},
      {"triangle of each sample", true, [](Net& n) { return n.Add(Trilu{}, {n.x()}); }},
      {"triangle over samples", false,
       [](Net& n) {
         return n.Add(Trilu{}, {n.Input("x", {-1, 6})});
       }},
      {"channels cropped", true,
       [](Net& n) {
         return n.Add(CenterCropPad{{1, 2}}, {n.x(), n.Constant({3, 8})});
       }},
      {"one hot of indices", true,
       [](Net& n) {
         const ValueId indices = n.Add(ArgExtreme{.axis = 1}, {n.x()});
         return n.Add(OneHot{}, {indices, n.Constant({4}), n.Constant(Numbers({2}))});
       }},
      {"ones on the diagonal of samples", false,
       [](Net& n) {
         return n.Add(EyeLike{}, {n.Input("x", {-1, 6})});
       }},
  });
}

TEST(SampleIndependenceTest, GatheredAndScattered) {
  Check({
      {"channels of every sample", true,
       [](Net& n) {
         return n.Add(Gather{1}, {n.x(), n.Constant({2, 0})});
       }},
      {"places that every sample names in itself", true,
       [](Net& n) {
         const ValueId places = n.Input("places", {-1, 3, 2}, DataType::kInt64);
         return n.Add(GatherNd{1}, {n.x(), places});
       }},
      {"places that name samples", false,
       [](Net& n) {
         const ValueId places = n.Input("places", {-1, 3, 2}, DataType::kInt64);
         return n.Add(GatherNd{}, {n.x(), places});
       }},
      {"places in a table", true,
       [](Net& n) {
         const ValueId places = n.Input("places", {-1, 3, 2}, DataType::kInt64);
         return n.Add(GatherNd{}, {n.Constant(Numbers({5, 7})), places});
       }},
      {"elements scattered within samples", true,
       [](Net& n) {
         const ValueId places = n.Input("places", {-1, 4, 2}, DataType::kInt64);
         return n.Add(ScatterElements{2}, {n.x(), places, n.Input("updates", {-1, 4, 2})});
       }},
      {"elements scattered over samples", false,
       [](Net& n) {
         const ValueId places = n.Input("places", {-1, 4, 2}, DataType::kInt64);
         return n.Add(ScatterElements{0}, {n.x(), places, n.Input("updates", {-1, 4, 2})});
       }},
      {"rows scattered into the first sample", false,
       [](Net& n) {
         return n.Add(ScatterNd{},
                      {n.x(), n.Constant(Indices({1, 2}, {0, 1})), n.Constant(Numbers({1, 6}))});
       }},
  });
}

TEST(SampleIndependenceTest, ImagesReadAtPlaces) {
  Check({
      {"each sample by its own grid", true,
       [](Net& n) {
         const ValueId image = n.Input("image", {-1, 3, 5, 5});
         return n.Add(GridSample{}, {image, n.Input("grid", {-1, 2, 2, 2})});
       }},
      {"regions that name their images", false,
       [](Net& n) {
         const ValueId image = n.Input("image", {-1, 3, 5, 5});
         const ValueId rois = n.Input("rois", {-1, 4});
         return n.Add(RoiAlign{}, {image, rois, n.Input("images", {-1}, DataType::kInt64)});
       }},
      {"blocks of each sample", true,
       [](Net& n) {
         const ValueId blocks = n.Input("blocks", {-1, 8, 4});
         return n.Add(Col2Im{{2, 2}, {}, {}, {}}, {blocks, n.Constant({4, 4}), n.Constant({2, 2})});
       }},
  });
}

TEST(SampleIndependenceTest, Contractions) {
  Check({
      {"of channels", true,
       [](Net& n) {
         return n.Add(Einsum{"ncd,ce->ned"}, {n.x(), n.Constant(Numbers({4, 5}))});
       }},
      {"of two values of each sample", true,
       [](Net& n) {
         return n.Add(Einsum{"ncd,ned->nce"}, {n.x(), n.x()});
       }},
      {"of all samples, by each", false,
       [](Net& n) {
         return n.Add(Einsum{"ncd,mcd->nc"}, {n.x(), n.x()});
       }},
      {"of every sample with every other", false,
       [](Net& n) {
         return n.Add(Einsum{"ncd,mcd->nm"}, {n.x(), n.x()});
       }},
  });
}

}  // namespace
}  // namespace reluserve::graph
