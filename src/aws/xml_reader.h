// Reads the XML that AWS Query services answer with, from a sender that may be a proxy, a portal or
// an attacker: bounded in size and depth, namespaces dropped, entities never expanded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace pugi {
struct xml_node_struct;
class xml_document;  // NOLINT(readability-identifier-naming): pugixml's own name
}  // namespace pugi

namespace snapferry::aws {

/// An element of a document, or none. Asking none for anything gives none or empty text, so that a
/// path of optional elements reads in one line.
/// Requires: the document lives.
class XmlNode {
 public:
  XmlNode() = default;

  [[nodiscard]] bool exists() const { return node_ != nullptr; }

  /// Returns the name without its namespace prefix.
  [[nodiscard]] std::string_view name() const;

  /// Returns the first child element of that name.
  [[nodiscard]] XmlNode child(std::string_view name) const;

  /// Returns all child elements of that name, in order.
  [[nodiscard]] std::vector<XmlNode> children(std::string_view name) const;

  /// Returns the element's own text with entities resolved; empty when there is none.
  [[nodiscard]] std::string text() const;

  /// The same as child(name).text().
  [[nodiscard]] std::string text(std::string_view name) const { return child(name).text(); }

 private:
  friend class XmlDocument;
  explicit XmlNode(pugi::xml_node_struct* node) : node_(node) {}

  pugi::xml_node_struct* node_ = nullptr;
};

class XmlDocument {
 public:
  /// Errors: invalid: not well formed (so also cut), empty, too deep or too large; with a short
  ///         excerpt where the text was no XML at all.
  [[nodiscard]] static core::Result<XmlDocument> parse(std::string_view text);

  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();

  [[nodiscard]] XmlNode root() const;

 private:
  XmlDocument();

  std::unique_ptr<pugi::xml_document> document_;
};

/// Returns up to `length_max` characters of a text of unknown origin on one line: runs of blanks
/// and control characters as one space, bytes that are not ASCII as "?", "..." where it was cut.
std::string excerpt(std::string_view text, std::size_t length_max);

}  // namespace snapferry::aws
