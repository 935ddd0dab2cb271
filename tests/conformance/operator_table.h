// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_OPERATOR_TABLE_H_
#define RELUSERVE_TESTS_CONFORMANCE_OPERATOR_TABLE_H_

#include <string>

namespace reluserve::conformance {

// The operators that can be imported, from the importer's own table, as README.md shows them: one
// row each with the opsets supported.
std::string OperatorTableAsMarkdown();

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_OPERATOR_TABLE_H_
