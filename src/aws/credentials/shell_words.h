// One line of text into words, quoted as in a POSIX shell but with nothing expanded: the form of
// credential_process commands and of section names in ~/.aws/config.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snapferry::aws {

/// Returns the words; nothing when a quote or a trailing backslash is left open.
/// Source: Python shlex.split(posix=True), which botocore 1.43 uses for both, 2026-08.
std::optional<std::vector<std::string>> split_shell_words(std::string_view text);

}  // namespace snapferry::aws
