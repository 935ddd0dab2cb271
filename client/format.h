// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Numbers as people read them.

#ifndef RELUSERVE_CLIENT_FORMAT_H_
#define RELUSERVE_CLIENT_FORMAT_H_

#include <cstdint>
#include <span>
#include <string>

#include "client/table.h"

namespace reluserve::client {

// Three digits and a power of 1000: "999", "1.00 k", "12.3 M", "150 G".
std::string FormatCount(uint64_t count);

// Three digits and a power of 1024: "999 B", "1.00 KiB", "12.3 MiB".
std::string FormatBytes(uint64_t bytes);

// "43.7%"; "-" where `whole` is 0. Rounded, but only none is "0.0%" and only all is "100.0%".
std::string FormatPercent(uint64_t part, uint64_t whole);

// "[?,3,224,224]": the extents of a tensor, those below 0 (open) as a question mark.
std::string FormatShape(std::span<const int64_t> extents);

// A horizontal bar of `width` characters, of which the first `share` (0 to 1) are filled; without
// trailing spaces.
std::string FormatBar(double share, int width, const TextStyle& style);

// One character for each count, as high as the count is large compared with the largest one. Only a
// count of 0 is blank.
std::string FormatHistogram(std::span<const uint64_t> counts, const TextStyle& style);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_FORMAT_H_
