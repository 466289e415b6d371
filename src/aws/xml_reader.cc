// The one file that knows of pugixml. It parses without DTD and without entity expansion, and its
// parser does not recurse; the depth is checked all the same, for those who walk the tree after.
// SPDX-License-Identifier: Apache-2.0
#include "aws/xml_reader.h"

#include <new>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace snapferry::aws {
namespace {

// A page of 100 snapshots with 50 tags each is below 2 MiB; beyond this it is no answer of AWS.
constexpr std::size_t kSizeMax = std::size_t{16} * 1024 * 1024;
// The deepest answer we read has 8 levels.
constexpr int kDepthMax = 64;
// Enough to recognise a login page by, short enough for one line.
constexpr std::size_t kQuotedTextMax = 80;

std::string_view local_name(const pugi::xml_node& node) {
  std::string_view name = node.name();
  std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_too_deep(const pugi::xml_node& root) {
  int depth = 0;
  pugi::xml_node node = root;
  while (node) {
    if (node.first_child()) {
      if (++depth > kDepthMax) return true;
      node = node.first_child();
      continue;
    }
    while (node && node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (!node || node == root) return false;
    node = node.next_sibling();
  }
  return false;
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t length_max) {
  std::string result;
  bool gap = false;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7f) {
      gap = !result.empty();
      continue;
    }
    if (result.size() + (gap ? 1 : 0) >= length_max) return result + "...";
    if (gap) result += ' ';
    gap = false;
    result += byte < 0x7f ? c : '?';
  }
  return result;
}

std::string_view XmlNode::name() const {
  return node_ == nullptr ? std::string_view() : local_name(pugi::xml_node(node_));
}

XmlNode XmlNode::child(std::string_view name) const {
  if (node_ == nullptr) return {};
  for (const pugi::xml_node& node : pugi::xml_node(node_).children()) {
    if (node.type() == pugi::node_element && local_name(node) == name) {
      return XmlNode(node.internal_object());
    }
  }
  return {};
}

std::vector<XmlNode> XmlNode::children(std::string_view name) const {
  std::vector<XmlNode> result;
  if (node_ == nullptr) return result;
  for (const pugi::xml_node& node : pugi::xml_node(node_).children()) {
    if (node.type() == pugi::node_element && local_name(node) == name) {
      result.push_back(XmlNode(node.internal_object()));
    }
  }
  return result;
}

std::string XmlNode::text() const {
  std::string result;
  if (node_ == nullptr) return result;
  // A text may come in several pieces, where a comment or a CDATA section divides it.
  for (const pugi::xml_node& node : pugi::xml_node(node_).children()) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) result += node.value();
  }
  return result;
}

XmlDocument::XmlDocument() : document_(std::make_unique<pugi::xml_document>()) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

core::Result<XmlDocument> XmlDocument::parse(std::string_view text) {
  using core::ErrorKind;
  if (text.size() > kSizeMax) {
    return core::fail(ErrorKind::invalid, fmt::format("answer of {} bytes is larger than {} bytes",
                                                      text.size(), kSizeMax));
  }
  XmlDocument document;
  pugi::xml_parse_result parsed;
  try {
    // parse_ws_pcdata_single keeps a tag's value of one space, which AWS allows.
    parsed = document.document_->load_buffer(text.data(), text.size(),
                                             pugi::parse_default | pugi::parse_ws_pcdata_single,
                                             pugi::encoding_utf8);
  } catch (const std::bad_alloc&) {
    return core::fail(ErrorKind::invalid, "no memory to read the answer");
  }
  if (!parsed) {
    if (text.empty()) return core::fail(ErrorKind::invalid, "answer is empty");
    return core::fail(ErrorKind::invalid,
                      fmt::format("answer is not XML at byte {} of {}: \"{}\"", parsed.offset,
                                  text.size(), excerpt(text, kQuotedTextMax)));
  }
  if (is_too_deep(document.document_->document_element())) {
    return core::fail(ErrorKind::invalid,
                      fmt::format("answer is nested deeper than {} elements", kDepthMax));
  }
  return document;
}

XmlNode XmlDocument::root() const {
  return XmlNode(document_->document_element().internal_object());
}

}  // namespace snapferry::aws
