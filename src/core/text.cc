// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

namespace snapferry::core {

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace snapferry::core
