// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/allocations/allocation_counter.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace reluserve::allocations {
namespace {

constexpr int kMaxFrames = 16;
constexpr size_t kKeptStacks = 1000;
constexpr size_t kShownStacks = 5;  // that differ
// Of those that note an allocation: Note itself and the function it stands for.
constexpr int kOwnFrames = 2;

struct Stack {
  std::array<void*, kMaxFrames> frames = {};
  int size = 0;
};

// Where the code of a library lies, and what is made of its allocations.
struct CodeRange {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  bool counts_for_itself = false;  // otherwise for whoever calls it
};

std::atomic<bool> counting = false;
std::atomic<uint64_t> ours = 0;
std::atomic<uint64_t> libraries = 0;
std::array<Stack, kKeptStacks> stacks;  // of ours, as they came
// Set up before the first count, then only read.
std::vector<CodeRange> ranges;
// What is allocated while an allocation is noted is not.
thread_local bool noting = false;

// Libraries by the beginnings of their files' names. The others are part of our code.
constexpr std::string_view kForThemselves[] = {"libdnnl.so", "libgomp.so", "libomp.so"};
constexpr std::string_view kForTheirCallers[] = {"libc.so", "libstdc++.so", "libgcc_s.so",
                                                 "ld-linux"};

bool IsOneOf(std::string_view name, std::span<const std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return name.starts_with(beginning); });
}

int AddRanges(dl_phdr_info* library, size_t, void*) {
  const std::string_view path = library->dlpi_name;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool for_itself = IsOneOf(name, kForThemselves);
  if (!for_itself && !IsOneOf(name, kForTheirCallers)) return 0;
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& segment = library->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const uintptr_t begin = library->dlpi_addr + segment.p_vaddr;
    ranges.push_back({begin, begin + segment.p_memsz, for_itself});
  }
  return 0;
}

const CodeRange* RangeOf(const void* address) {
  const auto place = reinterpret_cast<uintptr_t>(address);
  for (const CodeRange& range : ranges) {
    if (place >= range.begin && place < range.end) return &range;
  }
  return nullptr;
}

// Whether the nearest caller that allocates for itself is a library.
bool IsLibraries(const Stack& stack) {
  for (int i = kOwnFrames; i < stack.size; ++i) {
    const CodeRange* range = RangeOf(stack.frames[static_cast<size_t>(i)]);
    if (range == nullptr) return false;
    if (range->counts_for_itself) return true;
  }
  return false;
}

// Each function that allocates calls it first; under a sanitizer there is none.
[[gnu::noinline, maybe_unused]] void Note() {
  if (!counting.load(std::memory_order_relaxed) || noting) return;
  noting = true;
  Stack stack;
  stack.size = backtrace(stack.frames.data(), kMaxFrames);
  if (IsLibraries(stack)) {
    libraries.fetch_add(1, std::memory_order_relaxed);
  } else {
    const uint64_t number = ours.fetch_add(1, std::memory_order_relaxed);
    if (number < kKeptStacks) stacks[number] = stack;
  }
  noting = false;
}

std::string ToText(const Stack& stack) {
  std::string text;
  char** names = backtrace_symbols(stack.frames.data(), stack.size);
  for (int i = kOwnFrames; i < stack.size; ++i) text += fmt::format("    {}\n", names[i]);
  std::free(names);
  return text;
}

}  // namespace

AllocationCounter::AllocationCounter() {
  if (ranges.empty()) dl_iterate_phdr(AddRanges, nullptr);
  // The first time it loads what it needs.
  Stack stack;
  stack.size = backtrace(stack.frames.data(), kMaxFrames);
  ours = libraries = 0;
  stacks = {};
  counting = true;
}

AllocationCounter::~AllocationCounter() { counting = false; }

Counted AllocationCounter::Stop() {
  counting = false;
  Counted counted = {ours, libraries, ""};
  std::vector<const Stack*> shown;
  for (size_t i = 0; i < std::min<size_t>(ours, kKeptStacks); ++i) {
    const auto is_same = [&](const Stack* other) { return other->frames == stacks[i].frames; };
    if (shown.size() == kShownStacks || std::any_of(shown.begin(), shown.end(), is_same)) continue;
    shown.push_back(&stacks[i]);
    counted.stacks += fmt::format("  allocation {}:\n{}", i + 1, ToText(stacks[i]));
  }
  return counted;
}

}  // namespace reluserve::allocations

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// The C library's own, by the names that it keeps for those who replace its functions.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) noexcept {
  reluserve::allocations::Note();
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) noexcept {
  reluserve::allocations::Note();
  return __libc_calloc(count, size);
}

void* realloc(void* old, size_t size) noexcept {
  reluserve::allocations::Note();
  return __libc_realloc(old, size);
}

void* memalign(size_t alignment, size_t size) noexcept {
  reluserve::allocations::Note();
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) noexcept {
  reluserve::allocations::Note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** result, size_t alignment, size_t size) noexcept {
  reluserve::allocations::Note();
  void* memory = __libc_memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *result = memory;
  return 0;
}
}

#endif
