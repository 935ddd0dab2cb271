// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Puts files into the binary as they are. The assembler looks for a file below the include
// directories (the repository root). It becomes two symbols: `name`, its bytes, and `name_size`,
// their number as uint64_t. builtin_model.cc declares them.

        .macro  embed name, path
        .balign 16
        .globl  \name
        .hidden \name
        .type   \name, @object
        .size   \name, .Lend_\name - \name
\name:
        .incbin "\path"
.Lend_\name:

        .balign 8
        .globl  \name\()_size
        .hidden \name\()_size
        .type   \name\()_size, @object
        .size   \name\()_size, 8
\name\()_size:
        .quad   .Lend_\name - \name
        .endm

        .section .rodata
        embed   reluserve_digits_onnx, server/builtin/digits.onnx
        embed   reluserve_digits_labels, server/builtin/digits_labels.txt

// Without this, the linker would make the whole program's stack executable.
        .section .note.GNU-stack, "", @progbits
