// SPDX-License-Identifier: Apache-2.0
#include "policy_file/yaml_tree.h"

#include <algorithm>
#include <libfyaml.h>
#include <memory>
#include <set>

#include <fmt/format.h>

namespace snapferry::policy_file {
namespace {

// Ours: a policy of a thousand databases by id is below 100 KB; what is larger is another file.
constexpr size_t kTextMax = size_t{1024} * 1024;
// Ours: the format is six deep; a few more for what a person gets wrong.
constexpr int kDepthMax = 16;

struct DocumentDeleter {
  void operator()(fy_document* document) const { fy_document_destroy(document); }
};
struct DiagDeleter {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};

Place place_of_scalar(fy_node* node) {
  fy_token* token = fy_node_get_scalar_token(node);
  const fy_mark* mark = token == nullptr ? nullptr : fy_token_start_mark(token);
  return mark == nullptr ? Place{} : Place{mark->line + 1, mark->column + 1};
}

std::unexpected<Problem> refuse(Place place, std::string message, std::string hint = {}) {
  return std::unexpected(Problem{place, std::move(message), std::move(hint)});
}

// `outer` is where a value stands that has no text of its own.
std::expected<YamlNode, Problem> convert(fy_node* node, Place outer, int depth);

std::expected<YamlNode, Problem> convert_list(fy_node* node, YamlNode result, int depth) {
  result.kind = YamlNode::Kind::list;
  void* at = nullptr;
  while (fy_node* item = fy_node_sequence_iterate(node, &at)) {
    auto converted = convert(item, result.place, depth + 1);
    if (!converted) return converted;
    if (result.items.empty()) result.place = converted->place;
    result.items.push_back(std::move(*converted));
  }
  return result;
}

std::expected<YamlNode, Problem> convert_map(fy_node* node, YamlNode result, int depth) {
  result.kind = YamlNode::Kind::map;
  std::set<std::string> seen;
  void* at = nullptr;
  while (fy_node_pair* pair = fy_node_mapping_iterate(node, &at)) {
    auto key = convert(fy_node_pair_key(pair), result.place, depth + 1);
    if (!key) return key;
    if (key->kind != YamlNode::Kind::scalar) {
      return refuse(key->place, "a key is " + describe(*key) + " and no word");
    }
    if (!seen.insert(key->text).second) {
      return refuse(key->place, fmt::format("the key {} stands here twice", key->text),
                    "Keep one of the two.");
    }
    auto value = convert(fy_node_pair_value(pair), key->place, depth + 1);
    if (!value) return value;
    value->key = key->text;
    value->key_place = key->place;
    if (result.items.empty()) result.place = key->place;
    result.items.push_back(std::move(*value));
  }
  return result;
}

std::expected<YamlNode, Problem> convert(fy_node* node, Place outer, int depth) {
  YamlNode result;
  result.place = outer;
  result.is_plain = true;
  if (node == nullptr) return result;  // a key without a value
  if (depth > kDepthMax) return refuse(outer, fmt::format("nested deeper than {}", kDepthMax));
  if (fy_node_is_alias(node)) {
    return refuse(outer, "an alias (*name) stands here",
                  "Write the value itself: a policy is read by people who restore databases.");
  }
  size_t tag_length = 0;
  if (fy_node_get_tag(node, &tag_length) != nullptr && tag_length > 0) {
    return refuse(outer, "a tag (!name) stands here", "Write the plain value.");
  }
  if (fy_node_get_type(node) == FYNT_SEQUENCE) return convert_list(node, std::move(result), depth);
  if (fy_node_get_type(node) == FYNT_MAPPING) return convert_map(node, std::move(result), depth);
  size_t length = 0;
  const char* text = fy_node_get_scalar(node, &length);
  if (text != nullptr && length > 0) {
    result.text.assign(text, length);
    result.place = place_of_scalar(node);
  }
  result.is_plain = fy_node_get_style(node) == FYNS_PLAIN;
  return result;
}

// libfyaml tells several things about one mistake; the first is the mistake.
Problem first_error(fy_diag* diag) {
  void* at = nullptr;
  const fy_diag_error* error = fy_diag_errors_iterate(diag, &at);
  if (error == nullptr) return {.place = {}, .message = "this is no YAML", .hint = {}};
  std::string message = error->msg == nullptr ? "this is no YAML" : error->msg;
  std::ranges::replace(message, '\n', ' ');
  return {.place = {std::max(error->line, 1), std::max(error->column, 1)},
          .message = "this is no YAML: " + message,
          .hint = {}};
}

}  // namespace

bool YamlNode::is_null() const {
  return kind == Kind::scalar && is_plain && (text.empty() || text == "~" || text == "null");
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::map:
      return "a map";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::scalar:
      break;
  }
  if (node.is_null()) return "nothing";
  std::string shown = node.text.substr(0, 60);  // Ours: enough to find it by
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return fmt::format("\"{}\"", shown);
}

std::expected<YamlNode, Problem> read_yaml(std::string_view text) {
  if (text.size() > kTextMax) {
    return refuse({}, fmt::format("{} bytes are more than a policy file may have ({})", text.size(),
                                  kTextMax));
  }
  const std::unique_ptr<fy_diag, DiagDeleter> diag(fy_diag_create(nullptr));
  fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  config.diag = diag.get();
  // The C header makes an enumeration of bits; their sum is a value that it does not name.
  config.flags =
      static_cast<fy_parse_cfg_flags>(  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
          FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS);
  const std::unique_ptr<fy_document, DocumentDeleter> document(
      fy_document_build_from_string(&config, text.data(), text.size()));
  if (!document) return std::unexpected(first_error(diag.get()));
  fy_node* root = fy_document_root(document.get());
  if (root == nullptr) {
    YamlNode empty;
    empty.kind = YamlNode::Kind::map;
    return empty;
  }
  return convert(root, {}, 0);
}

}  // namespace snapferry::policy_file
