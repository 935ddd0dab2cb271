// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Once they have seen a model in the shapes and batches that come, neither the engine nor batching
// takes anything from the heap for a request.

#include <omp.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/batching/scheduler.h"
#include "server/engine/compiled_model.h"
#include "server/engine/kernels/kernel.h"
#include "server/metrics/model_statistics.h"
#include "server/metrics/observer_list.h"
#include "server/metrics/request_metrics.h"
#include "server/metrics/sparsity_recorder.h"
#include "server/onnx/importer.h"
#include "tests/allocations/allocation_counter.h"
#include "tests/allocations/small_cnn.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::allocations {
namespace {

using batching::InferenceRequest;
using batching::InferenceResult;
using batching::Scheduler;
using repository::LoadedModel;

using ModelHandle = std::shared_ptr<const LoadedModel>;

constexpr int kRequests = 1000;
constexpr int kMaxBatch = 8;
constexpr int kAtOnce = 2 * kMaxBatch;  // requests under way

struct EngineRun {
  // Of a model that is known to run.
  void Compute(engine::CompiledModel& model, const TensorView& input, float* results,
               bool counted = true) {
    const auto plan = model.GetPlan({&input.shape, 1});
    ASSERT_TRUE(plan.ok()) << plan.status();
    void* outputs[] = {results};
    const absl::Status status =
        context.Run(*plan, {&input.data, 1}, outputs, counted ? &trace : nullptr);
    ASSERT_TRUE(status.ok()) << status;
  }

  engine::ExecutionContext context;
  sparsity::Trace trace;
};

// A model, and as many different samples as go into a batch, with their results.
class Questions {
 public:
  explicit Questions(const std::string& onnx)
      : model_(repository::LoadSmall(onnx)),
        input_(model_->OneSampleShape(0)),
        output_(model_->outputs()[0].model_shape) {
    output_[0] = 1;
    std::mt19937 random(2);
    std::uniform_real_distribution<float> values(-1.0f, 1.0f);
    inputs_.resize(static_cast<size_t>(kMaxBatch * input_.ElementCount()));
    for (float& value : inputs_) value = values(random);
    outputs_.resize(static_cast<size_t>(kMaxBatch * output_.ElementCount()));
    EngineRun run;
    for (int i = 0; i < kMaxBatch; ++i) {
      run.Compute(model_->compiled(), Input(i, 1), outputs_.data() + i * output_.ElementCount());
    }
  }

  const ModelHandle& model() const { return model_; }

  // The samples from `first` on.
  TensorView Input(int first, int64_t samples) const {
    Shape shape = input_;
    shape[0] = samples;
    return {DataType::kFloat32, shape, inputs_.data() + first * input_.ElementCount()};
  }
  // Whether these are the results of the samples from `first` on, to the bit.
  bool AreResults(int first, std::span<const float> values) const {
    return std::memcmp(values.data(), outputs_.data() + first * output_.ElementCount(),
                       values.size_bytes()) == 0;
  }
  size_t layers() const { return model_->compiled().layers().size(); }

 private:
  const ModelHandle model_;
  const Shape input_;
  Shape output_;
  std::vector<float> inputs_;
  std::vector<float> outputs_;
};

class AllocationsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!kCanCount) {
      GTEST_SKIP() << "allocations are not counted: the sanitizer has replaced the functions that "
                      "allocate";
    }
    omp_set_num_threads(1);
  }
};

void ExpectNone(const Counted& counted) {
  EXPECT_EQ(counted.ours, 0u)
      << "for a function's name: addr2line -Cfie <file> <number in parentheses>\n"
      << counted.stacks;
}

TEST_F(AllocationsTest, AreCountedOnAllThreads) {
  std::unique_ptr<int> in_thread;
  std::array<std::unique_ptr<int>, 2> in_team;
  absl::Notification counting;
  std::thread thread([&] {
    counting.WaitForNotification();
    in_thread = std::make_unique<int>(1);
  });
  AllocationCounter counter;
  // Volatile, as compilers leave out what nobody looks at.
  int* volatile number = new int(1);
  void* volatile aligned = std::aligned_alloc(64, 64);
#pragma omp parallel num_threads(2)
  in_team[static_cast<size_t>(omp_get_thread_num())] = std::make_unique<int>(1);
  counting.Notify();
  thread.join();
  const Counted counted = counter.Stop();
  delete number;
  std::free(aligned);
  // A team may be given fewer threads.
  EXPECT_EQ(counted.ours, 3u + (in_team[0] != nullptr) + (in_team[1] != nullptr)) << counted.stacks;
  EXPECT_THAT(counted.stacks, testing::HasSubstr("allocations_test"));
}

TEST_F(AllocationsTest, OfTheEngine) {
  onnx_import::ImportOptions options;
  options.evaluate = engine::EvaluateNode;
  auto imported = onnx_import::ImportModel(CnnBytes(), options);
  ASSERT_TRUE(imported.ok()) << imported.status();
  // Also with threads that share layers, which is more than these are worth.
  const auto model =
      engine::CompiledModel::Create(std::move(imported->graph), {.short_step = 0}).value();
  const Questions questions(CnnBytes());
  std::vector<float> results(kMaxBatch * 4);
  for (const int threads : {1, 2}) {
    SCOPED_TRACE(threads);
    omp_set_num_threads(threads);
    EngineRun run;
    // The largest first: a context that grows begins anew.
    constexpr int64_t kBatches[] = {kMaxBatch, 5, 1};
    for (const int64_t batch : kBatches) {
      run.Compute(*model, questions.Input(0, batch), results.data());
    }
    // Threads that share the CPUs with other tests wait for each other for long.
    const int runs = threads == 1 ? kRequests : 50;
    AllocationCounter counter;
    for (int i = 0; i < runs; ++i) {
      run.Compute(*model, questions.Input(0, kBatches[i % 3]), results.data(), i % 2 == 0);
    }
    const Counted counted = counter.Stop();
    EXPECT_GT(counted.libraries, 0u) << "oneDNN is known to allocate: nothing was counted";
    ExpectNone(counted);
  }
}

// Asks a scheduler, and allocates nothing for it. To be made before the scheduler.
class Asker {
 public:
  // One sample. Those that are under way at the same time need numbers of their own, below
  // 2 * kAtOnce.
  void Submit(Scheduler& scheduler, const Questions& questions, int number) {
    InferenceRequest request;
    request.model = questions.model();
    request.inputs.push_back(questions.Input(number % kMaxBatch, 1));
    request.deadline = absl::Now() + absl::Hours(1);
    request.wants_trace = wants_trace_;
    request.cancelled = cancelled_;
    questions_[number] = &questions;
    const absl::Status status = scheduler.Submit(
        std::move(request), [this, number](const absl::StatusOr<InferenceResult>& result) {
          const bool right = result.ok() && IsRight(*result, number);
          absl::MutexLock lock(&mutex_);
          ++(right ? right_ : wrong_);
        });
    if (!status.ok()) ADD_FAILURE() << status;
    ++asked_;
  }
  // Until all are answered.
  void Wait() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Asker::AllAnswered));
  }
  // From now on; called while nothing is under way.
  void set_wants_trace(bool wants_trace) { wants_trace_ = wants_trace; }
  int asked() const { return asked_; }
  // After Wait.
  int wrong() const { return wrong_; }

 private:
  bool AllAnswered() const { return right_ + wrong_ == asked_; }
  bool IsRight(const InferenceResult& result, int number) const {
    const Questions& questions = *questions_[number];
    if ((result.trace != nullptr) != wants_trace_) return false;
    if (wants_trace_ && result.trace->layers.size() != questions.layers()) return false;
    return questions.AreResults(number % kMaxBatch, result.outputs[0].values<float>());
  }

  const std::shared_ptr<const std::atomic<bool>> cancelled_ =
      std::make_shared<std::atomic<bool>>(false);
  bool wants_trace_ = false;
  const Questions* questions_[2 * kAtOnce] = {};
  int asked_ = 0;
  absl::Mutex mutex_;
  int right_ = 0;
  int wrong_ = 0;
};

// Keeps a lane busy, again and again. To be made before the scheduler.
class Hold {
 public:
  void Begin(Scheduler& scheduler, const Questions& questions) {
    InferenceRequest request;
    request.model = questions.model();
    request.inputs.push_back(questions.Input(0, 1));
    request.wants_trace = false;
    released_ = false;  // nothing waits for it
    const absl::Status status =
        scheduler.Submit(std::move(request), [this](const absl::StatusOr<InferenceResult>&) {
          absl::MutexLock lock(&mutex_);
          held_ = true;
          mutex_.Await(absl::Condition(&released_));
          held_ = false;
        });
    ASSERT_TRUE(status.ok()) << status;
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&held_));
  }
  void End() {
    absl::MutexLock lock(&mutex_);
    released_ = true;
    const auto is_free = [](bool* held) { return !*held; };
    mutex_.Await(absl::Condition(+is_free, &held_));
  }

 private:
  absl::Mutex mutex_;
  bool held_ = false;
  bool released_ = false;
};

// Of two models in turns, so that lanes have to change between more and fewer layers.
class BatchingAllocationsTest : public AllocationsTest, public testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    AllocationsTest::SetUp();
    if (IsSkipped()) return;
    cnn_ = std::make_unique<Questions>(CnnBytes());
    relu_ = std::make_unique<Questions>(repository::ReluBytes());
    scheduler_ = Scheduler::Create({.lanes = GetParam()}, &observers_).value();
  }

  void Submit(int count) {
    for (int i = 0; i < count; ++i) asker_.Submit(*scheduler_, i % 2 == 0 ? *cnn_ : *relu_, i);
  }
  // Has a lane, the only free one, find so many requests when it comes back from another.
  void AskTogether(int count) {
    hold_.Begin(*scheduler_, *relu_);
    Submit(count);
    hold_.End();
    asker_.Wait();
  }
  // Has a lane, the only free one, compute batches of all sizes. A request is under way until its
  // lane has let go of it, which may be after its answer and the next question: hence twice as
  // many as will be asked at once.
  void WarmUpLane() {
    for (const bool wants_trace : {false, true}) {
      asker_.set_wants_trace(wants_trace);
      for (int count = 2 * kAtOnce; count > 0; --count) AskTogether(count);
    }
  }
  void WarmUp() {
    if (GetParam() == 1) return WarmUpLane();
    lane_holds_[0].Begin(*scheduler_, *relu_);
    WarmUpLane();
    lane_holds_[1].Begin(*scheduler_, *relu_);
    lane_holds_[0].End();
    WarmUpLane();
    lane_holds_[1].End();
  }

  // As the server has them.
  sparsity::SparsityStore sparsity_;
  metrics::SparsityRecorder recorder_{sparsity_};
  metrics::RequestMetrics requests_;
  metrics::ModelStatistics statistics_;
  metrics::ObserverList observers_{{&recorder_, &requests_, &statistics_}};
  std::unique_ptr<Questions> cnn_;
  std::unique_ptr<Questions> relu_;
  Asker asker_;
  Hold hold_;
  Hold lane_holds_[2];
  std::unique_ptr<Scheduler> scheduler_;  // last: it uses what is above
};

TEST_P(BatchingAllocationsTest, OfRequestsThatComeAlone) {
  WarmUp();
  const int before = asker_.asked();
  AllocationCounter counter;
  for (int i = 0; asker_.asked() < before + kRequests; ++i) {
    asker_.set_wants_trace(i % 4 < 2);
    asker_.Submit(*scheduler_, i % 2 == 0 ? *cnn_ : *relu_, i % kMaxBatch);
    asker_.Wait();
  }
  const Counted counted = counter.Stop();
  EXPECT_EQ(asker_.wrong(), 0);
  ExpectNone(counted);
}

TEST_P(BatchingAllocationsTest, OfRequestsThatComeTogether) {
  WarmUp();
  const int before = asker_.asked();
  AllocationCounter counter;
  for (int i = 0; asker_.asked() < before + kRequests; ++i) {
    asker_.set_wants_trace(i % 2 == 0);
    Submit(1 + i % kAtOnce);
    asker_.Wait();
  }
  const Counted counted = counter.Stop();
  EXPECT_EQ(asker_.wrong(), 0);
  ExpectNone(counted);
}

INSTANTIATE_TEST_SUITE_P(Lanes, BatchingAllocationsTest, testing::Values(1, 2));

}  // namespace
}  // namespace reluserve::allocations
