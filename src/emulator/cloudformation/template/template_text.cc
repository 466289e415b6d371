// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/template/template_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <libfyaml.h>
#include <memory>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/template/refusals.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation User Guide, "Intrinsic function reference", 2025: each has a short form.
constexpr std::array<std::string_view, 15> kShortTags = {
    "Ref",    "Condition", "GetAtt", "Sub", "Join", "Select", "Split",      "FindInMap",
    "Base64", "Cidr",      "GetAZs", "If",  "Not",  "Equals", "ImportValue"};
constexpr std::array<std::string_view, 6> kMoreShortTags = {"And",      "Or",     "Transform",
                                                            "Contains", "Length", "ToJsonString"};

bool is_short_tag(std::string_view tag) {
  return std::ranges::find(kShortTags, tag) != kShortTags.end() ||
         std::ranges::find(kMoreShortTags, tag) != kMoreShortTags.end();
}

std::string position(const fy_token* token) {
  const fy_mark* mark = fy_token_start_mark(const_cast<fy_token*>(token));
  if (mark == nullptr) return "(line 1, column 1)";
  return fmt::format("(line {}, column {})", mark->line + 1, mark->column + 1);
}

// Nesting beyond this is no template; reading goes one call deep per level.
constexpr int kDepthMax = 60;

class YamlReader {
 public:
  ServiceResult<json::value> read(fy_node* node, int depth) {
    if (depth > kDepthMax) return malformed("YAML not well-formed: nested too deeply");
    if (node == nullptr) return json::value(nullptr);
    if (fy_node_is_alias(node)) {
      return invalid("Template error: YAML aliases are not allowed in CloudFormation templates");
    }
    size_t size = 0;
    const char* tag_text = fy_node_get_tag(node, &size);
    const std::string_view tag = tag_text == nullptr ? "" : std::string_view(tag_text, size);
    json::value value = TRY(read_bare(node, tag, depth));
    if (!tag.starts_with('!')) return value;
    return wrap(std::string(tag.substr(1)), std::move(value));
  }

 private:
  static ServiceResult<json::value> wrap(const std::string& tag, json::value value) {
    if (tag.empty()) return value;
    if (!is_short_tag(tag)) {
      return malformed(fmt::format("YAML not well-formed: unknown tag !{}", tag));
    }
    if (tag == "GetAtt" && value.is_string()) {
      const std::string text(value.get_string());
      const auto dot = text.find('.');
      if (dot == std::string::npos) {
        return invalid(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the "
            "resource name and the resource attribute");
      }
      value = json::array{text.substr(0, dot), text.substr(dot + 1)};
    }
    const bool is_bare = tag == "Ref" || tag == "Condition";
    json::object object;
    object[is_bare ? tag : "Fn::" + tag] = std::move(value);
    return json::value(std::move(object));
  }

  ServiceResult<json::value> read_bare(fy_node* node, std::string_view tag, int depth) {
    switch (fy_node_get_type(node)) {
      case FYNT_SCALAR:
        return read_scalar(node, tag);
      case FYNT_SEQUENCE: {
        json::array items;
        void* at = nullptr;
        while (fy_node* item = fy_node_sequence_iterate(node, &at)) {
          items.push_back(TRY(read(item, depth + 1)));
        }
        return json::value(std::move(items));
      }
      case FYNT_MAPPING:
        break;
    }
    json::object object;
    void* at = nullptr;
    while (fy_node_pair* pair = fy_node_mapping_iterate(node, &at)) {
      fy_node* key_node = fy_node_pair_key(pair);
      if (key_node == nullptr || fy_node_get_type(key_node) != FYNT_SCALAR) {
        return malformed("YAML not well-formed: a key is no text");
      }
      size_t size = 0;
      const char* key = fy_node_get_scalar(key_node, &size);
      json::value value = TRY(read(fy_node_pair_value(pair), depth + 1));
      if (!object.emplace(std::string(key, size), std::move(value)).second) {
        return malformed(
            fmt::format("YAML not well-formed. {}", position(fy_node_get_scalar_token(key_node))));
      }
    }
    return json::value(std::move(object));
  }

  // YAML 1.1 core scalars; what looks like a date stays text, and so does a number with a leading
  // zero: an account id is no octal number.
  static ServiceResult<json::value> read_scalar(fy_node* node, std::string_view tag) {
    size_t size = 0;
    const char* raw = fy_node_get_scalar(node, &size);
    const std::string text = raw == nullptr ? "" : std::string(raw, size);
    const bool is_str = tag == "tag:yaml.org,2002:str" || tag.starts_with('!');
    if (is_str || fy_node_get_style(node) != FYNS_PLAIN) return json::value(text);
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
      return json::value(nullptr);
    }
    for (std::string_view word : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}) {
      if (text == word) return json::value(true);
    }
    for (std::string_view word :
         {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
      if (text == word) return json::value(false);
    }
    const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
    if (digits.empty() || digits[0] < '0' || digits[0] > '9') return json::value(text);
    if (digits.size() > 1 && digits[0] == '0' && digits[1] != '.') return json::value(text);
    long integer = 0;
    const char* end = text.data() + text.size();
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc() && read.ptr == end) {
      return json::value(integer);
    }
    double number = 0;
    if (const auto read = std::from_chars(text.data(), end, number);
        read.ec == std::errc() && read.ptr == end) {
      return json::value(number);
    }
    return json::value(text);
  }
};

ServiceResult<json::value> read_json(const std::string& text) {
  json::stream_parser parser;
  json::error_code error;
  const size_t used = parser.write_some(text, error);
  if (!error && !parser.done()) error = json::make_error_code(json::error::incomplete);
  const bool has_more = !error && text.find_first_not_of(" \r\n\t", used) != std::string::npos;
  if (error || has_more) {
    const std::string before = text.substr(0, used);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto last = before.rfind('\n');
    const size_t column = last == std::string::npos ? used : used - last - 1;
    return malformed(fmt::format("JSON not well-formed. (line {}, column {})", line, column + 1));
  }
  return parser.release();
}

ServiceResult<json::value> read_yaml(const std::string& text) {
  const std::unique_ptr<fy_diag, decltype(&fy_diag_destroy)> diag(fy_diag_create(nullptr),
                                                                  fy_diag_destroy);
  fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG);
  config.diag = diag.get();
  const std::unique_ptr<fy_document, decltype(&fy_document_destroy)> document(
      fy_document_build_from_string(&config, text.data(), text.size()), fy_document_destroy);
  if (!document) {
    void* at = nullptr;
    const fy_diag_error* error = fy_diag_errors_iterate(diag.get(), &at);
    if (error == nullptr) return malformed("YAML not well-formed.");
    return malformed(fmt::format("YAML not well-formed. (line {}, column {})",
                                 std::max(error->line, 1), std::max(error->column, 1)));
  }
  return YamlReader().read(fy_document_root(document.get()), 0);
}

}  // namespace

ServiceResult<json::value> read_template_text(const std::string& text) {
  const auto first = text.find_first_not_of(" \r\n\t");
  if (first == std::string::npos) return malformed("unsupported structure.");
  json::value value = text[first] == '{' ? TRY(read_json(text)) : TRY(read_yaml(text));
  if (!value.is_object()) return malformed("unsupported structure.");
  return value;
}

std::string to_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_double()) return fmt::format("{}", value.get_double());
  return json::serialize(value);
}

}  // namespace snapferry::emulator::cloudformation
