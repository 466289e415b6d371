// The writer of AWS Query bodies. One pair of fields is one "name=value"; the order given is the
// order sent, so that a body can be compared with another client's to the byte.
// SPDX-License-Identifier: Apache-2.0
#include "aws/query_form.h"

namespace snapferry::aws {
namespace {

// Form encoding differs from the encoding of a URL's query in the space alone.
std::string form_encode(std::string_view text) {
  std::string encoded = uri_encode(text);
  std::string result;
  result.reserve(encoded.size());
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    // A literal "%20" of the text reads "%2520" here, so this can only be a space.
    if (encoded.compare(i, 3, "%20") == 0) {
      result += '+';
      i += 2;
    } else {
      result += encoded[i];
    }
  }
  return result;
}

}  // namespace

QueryForm::QueryForm(std::string_view action, std::string_view version) {
  add("Action", action);
  add("Version", version);
}

QueryForm& QueryForm::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
  return *this;
}

QueryForm& QueryForm::add(std::string_view name, const char* value) {
  return add(name, std::string_view(value));
}

QueryForm& QueryForm::add(std::string_view name, bool value) {
  return add(name, std::string_view(value ? "true" : "false"));
}

QueryForm& QueryForm::add(std::string_view name, long value) {
  return add(name, std::string_view(std::to_string(value)));
}

QueryForm& QueryForm::add_if(std::string_view name, std::string_view value) {
  if (!value.empty()) add(name, value);
  return *this;
}

std::string QueryForm::body() const {
  std::string text;
  for (const auto& [name, value] : fields_) {
    if (!text.empty()) text += '&';
    text += form_encode(name);
    text += '=';
    text += form_encode(value);
  }
  return text;
}

}  // namespace snapferry::aws
