// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/worker.h"

#include <omp.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include <absl/synchronization/notification.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

TEST(WorkerTest, RunsJobsInOrder) {
  Worker worker(1);
  std::vector<int> order;
  for (int i = 0; i < 20; ++i) worker.Post([&, i] { order.push_back(i); });
  EXPECT_TRUE(worker.Run([&] { order.push_back(20); }));
  ASSERT_EQ(order.size(), 21u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  // Also after its thread has ended for want of jobs.
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(worker.Run([] {}));
}

TEST(WorkerTest, RunsWithLowPriorityAndItsThreads) {
  Worker worker(3);
  int niceness = 0;
  int threads = 0;
  EXPECT_TRUE(worker.Run([&] {
    niceness = getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)));
    threads = omp_get_max_threads();
  }));
  EXPECT_GE(niceness, 10);
  EXPECT_EQ(threads, 3);
}

TEST(WorkerTest, RunsIdleJobsWhenThereAreNoOthers) {
  Worker worker(1);
  std::vector<int> order;
  absl::Notification posted;
  worker.Post([&] { posted.WaitForNotification(); });
  worker.PostIdle([&] {
    order.push_back(2);
    // What comes while it runs does not wait for its end.
    worker.Post([&] { order.push_back(3); });
    worker.Post([&] { order.push_back(4); });
    EXPECT_TRUE(worker.RunWaiting());
    EXPECT_TRUE(worker.RunWaiting());
    order.push_back(5);
  });
  absl::Notification done;
  worker.PostIdle([&] {
    order.push_back(6);
    done.Notify();
  });
  worker.Post([&] { order.push_back(0); });
  worker.Post([&] { order.push_back(1); });
  posted.Notify();
  done.WaitForNotification();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(WorkerTest, TellsAnIdleJobThatItStops) {
  absl::Notification started;
  bool dropped_ran = false;
  Worker worker(1);
  worker.PostIdle([&] {
    started.Notify();
    while (worker.RunWaiting()) std::this_thread::yield();
  });
  worker.PostIdle([&] { dropped_ran = true; });
  started.WaitForNotification();
  worker.Stop();
  EXPECT_FALSE(dropped_ran);
}

TEST(WorkerTest, DropsWhatWaitsWhenItGoes) {
  absl::Notification started;
  absl::Notification go_on;
  bool ran = false;
  auto waiting = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = waiting;
  auto worker = std::make_unique<Worker>(1);
  worker->Post([&] {
    started.Notify();
    go_on.WaitForNotification();
  });
  worker->Post([&ran, kept = std::move(waiting)] { ran = true; });
  started.WaitForNotification();
  std::thread stopping([&] { worker->Stop(); });
  // The job that waits is dropped before the one that runs has ended.
  while (!watch.expired()) std::this_thread::yield();
  go_on.Notify();
  stopping.join();
  EXPECT_FALSE(ran);
  EXPECT_FALSE(worker->Run([&] { ran = true; }));
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace reluserve::repository
