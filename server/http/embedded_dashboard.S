// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Puts the dashboard's files into the binary as they are, each between two symbols, `name`_begin and
// `name`_end. dashboard_files.cc declares them.

        .macro  embed name, path
        .globl  \name\()_begin
        .hidden \name\()_begin
        .globl  \name\()_end
        .hidden \name\()_end
\name\()_begin:
        .incbin "\path"
\name\()_end:
        .byte 0
        .endm

        .section .rodata
        embed   reluserve_dashboard_html, server/http/dashboard/index.html
        embed   reluserve_dashboard_css, server/http/dashboard/dashboard.css
        embed   reluserve_dashboard_js, server/http/dashboard/dashboard.js
        embed   reluserve_dashboard_icon, server/http/dashboard/icon.svg

// Without this, the linker would make the whole program's stack executable.
        .section .note.GNU-stack, "", @progbits
