// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A picture for tests of requests that carry one.

#ifndef RELUSERVE_TESTS_UNIT_RPC_GREY_PIXEL_H_
#define RELUSERVE_TESTS_UNIT_RPC_GREY_PIXEL_H_

#include <string>

namespace reluserve::rpc {

// A 1x1 image of the grey value 65, in the simplest of PNG files.
inline std::string GreyPixel() {
  constexpr unsigned char kPng[] = {
      0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 'I',  'H',
      'D',  'R',  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
      0x00, 0x3a, 0x7e, 0x9b, 'U',  0x00, 0x00, 0x00, 0x0a, 'I',  'D',  'A',  'T',  0x78,
      0x9c, 0x63, 0x70, 0x04, 0x00, 0x00, 'C',  0x00, 'B',  0x2a, 0x6d, 0x8d, 0x74, 0x00,
      0x00, 0x00, 0x00, 'I',  'E',  'N',  'D',  0xae, 'B',  0x60, 0x82};
  return {reinterpret_cast<const char*>(kPng), sizeof(kPng)};
}

}  // namespace reluserve::rpc

#endif  // RELUSERVE_TESTS_UNIT_RPC_GREY_PIXEL_H_
