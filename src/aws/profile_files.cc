// SPDX-License-Identifier: Apache-2.0
#include "aws/profile_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "aws/credentials/shell_words.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;

// A thousand profiles are about 200 KiB; more than this is some other file.
constexpr std::size_t kFileBytesMax = 4UL << 20;

constexpr std::string_view kSpaces = " \t\r\f\v";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return result;
}

// Reads one file line by line. A key's value goes on over the lines that are indented deeper than
// the key; a value that begins with such a line is a nested section.
class Parser {
 public:
  Parser(const std::string& path, bool is_config, ProfileFiles& into)
      : path_(path), is_config_(is_config), into_(into) {}

  core::Result<void> parse(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // editors on Windows put it there
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      ++line_;
      TRY(take_line(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
  }

 private:
  core::Result<void> take_line(std::string_view line) {
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') return {};
    const std::size_t indent = line.find_first_not_of(kSpaces);
    if (has_key_ && indent > indent_) return take_continuation(content);
    indent_ = indent;
    has_key_ = false;
    if (content.front() == '[') return take_header(content);
    if (!has_header_) {
      return bad("a line stands before the first [section]",
                 is_config_ ? "Begin with [default] or [profile name]." : "Begin with [default].");
    }
    return take_key(content);
  }

  core::Result<void> take_header(std::string_view content) {
    const auto close = content.rfind(']');
    if (close == std::string_view::npos || close < 2) {
      return bad("a section's name is not closed", "Write it as [profile name].");
    }
    const std::string header(content.substr(1, close - 1));
    has_header_ = true;
    keys_.clear();
    if (!headers_.insert(header).second) {
      return bad(fmt::format("the section [{}] is there twice", header), "Merge the two into one.");
    }
    section_ = section_named(header);
    return {};
  }

  // Returns the section to fill; none for a header that means nothing to us.
  Section* section_named(const std::string& header) {
    if (!is_config_) return profile_named(header);
    if (header == "default") return profile_named(header);
    const auto words = split_shell_words(header);
    if (!words || words->size() != 2) return nullptr;
    if ((*words)[0] == "profile") return profile_named((*words)[1]);
    if ((*words)[0] == "sso-session") return &into_.sso_sessions[(*words)[1]];
    if ((*words)[0] == "services") return &into_.services[(*words)[1]];
    return nullptr;
  }

  Section* profile_named(const std::string& name) {
    profile_ = name;
    return &into_.profiles[name];
  }

  core::Result<void> take_key(std::string_view content) {
    const auto delimiter = content.find_first_of("=:");
    const std::string_view name = trim(content.substr(0, std::min(delimiter, content.size())));
    if (delimiter == std::string_view::npos || name.empty()) {
      return bad("a line is no 'key = value'", "Comment it out with # or complete it.");
    }
    key_ = lowered(name);
    if (!keys_.insert(key_).second) {
      return bad(fmt::format("the key {} is there twice in one section", key_),
                 "Keep one of them.");
    }
    has_key_ = true;
    const std::string_view value = trim(content.substr(delimiter + 1));
    is_nested_ = value.empty();
    if (section_ == nullptr) return {};
    if (!is_config_ && key_ == "aws_access_key_id") into_.keyed_in_credentials.insert(profile_);
    (*section_)[key_] = std::string(value);
    return {};
  }

  core::Result<void> take_continuation(std::string_view content) {
    if (!is_nested_) {
      if (section_ != nullptr) (*section_)[key_] += "\n" + std::string(content);
      return {};
    }
    const auto delimiter = content.find('=');
    if (delimiter == std::string_view::npos) {
      return bad(fmt::format("a line nested under {} is no 'key = value'", key_),
                 "Take the indentation away if it is not meant to be nested.");
    }
    if (section_ != nullptr) {
      (*section_)[key_ + "." + std::string(trim(content.substr(0, delimiter)))] =
          std::string(trim(content.substr(delimiter + 1)));
    }
    return {};
  }

  core::Result<void> bad(std::string what, std::string hint) const {
    return fail(ErrorKind::invalid, fmt::format("{}:{}: {}", path_, line_, what), std::move(hint));
  }

  const std::string& path_;
  bool is_config_;
  ProfileFiles& into_;
  std::size_t line_ = 0;
  std::size_t indent_ = 0;
  bool has_header_ = false;
  bool has_key_ = false;
  bool is_nested_ = false;
  Section* section_ = nullptr;
  std::string profile_;
  std::string key_;
  std::set<std::string> headers_;
  std::set<std::string> keys_;  ///< of this section in this file: the other file may set them too
};

// Returns the path of a file of ~/.aws; empty when there is no HOME to look in.
std::string path_of(const core::Environment& environment, const std::string& variable,
                    const std::string& name) {
  if (auto path = environment.get(variable)) return expand_path(*path, environment);
  const auto home = environment.get("HOME");
  return home ? *home + "/.aws/" + name : std::string();
}

core::Result<void> load_file(const std::string& path, bool is_config, ProfileFiles& into) {
  if (path.empty()) return {};
  const auto text = TRY(read_small_file(path, kFileBytesMax));
  if (!text) return {};
  return parse_profile_file(*text, path, is_config, into);
}

}  // namespace

std::optional<std::string> ProfileFiles::get(const std::string& profile,
                                             const std::string& key) const {
  const auto section = profiles.find(profile);
  if (section == profiles.end()) return std::nullopt;
  const auto value = section->second.find(key);
  if (value == section->second.end() || value->second.empty()) return std::nullopt;
  return value->second;
}

core::Result<void> parse_profile_file(const std::string& text, const std::string& path,
                                      bool is_config, ProfileFiles& into) {
  return Parser(path, is_config, into).parse(text);
}

core::Result<ProfileFiles> load_profile_files(const core::Environment& environment) {
  ProfileFiles files;
  files.config_path = path_of(environment, "AWS_CONFIG_FILE", "config");
  files.credentials_path = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  // In this order, because what is read last wins.
  TRY(load_file(files.config_path, true, files));
  TRY(load_file(files.credentials_path, false, files));
  return files;
}

std::string expand_path(const std::string& path, const core::Environment& environment) {
  std::string text = path;
  const auto home = environment.get("HOME");
  if (home && (text == "~" || text.starts_with("~/"))) text = *home + text.substr(1);
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      result += text[i];
      continue;
    }
    const bool is_braced = i + 1 < text.size() && text[i + 1] == '{';
    const std::size_t begin = i + (is_braced ? 2 : 1);
    std::size_t end = begin;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
      ++end;
    }
    const auto value = environment.get(text.substr(begin, end - begin));
    const bool is_closed = !is_braced || (end < text.size() && text[end] == '}');
    if (!value || !is_closed) {
      result += text[i];
      continue;
    }
    result += *value;
    i = is_braced ? end : end - 1;
  }
  return result;
}

core::Result<std::optional<std::string>> read_small_file(const std::string& path,
                                                         std::size_t bytes_max) {
  std::error_code error;
  // Not only absent: opening a pipe or a terminal that a path happens to name would wait for ever.
  if (!std::filesystem::is_regular_file(path, error)) {
    if (error && error != std::errc::no_such_file_or_directory &&
        error != std::errc::not_a_directory) {
      return fail(ErrorKind::invalid, fmt::format("{} cannot be read: {}", path, error.message()),
                  "Check the path and the permissions of its folders.");
    }
    return std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorKind::invalid,
                fmt::format("{} cannot be read: {}", path,
                            std::error_code(errno, std::generic_category()).message()),
                "Check its permissions.");
  }
  // In pieces, not by the size the folder tells: the file may grow or shrink meanwhile.
  std::string text;
  std::array<char, 16384> piece{};
  while (file && text.size() <= bytes_max) {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (text.size() > bytes_max) {
    return fail(ErrorKind::invalid, fmt::format("{} is longer than {} bytes", path, bytes_max),
                "Is it the right file?");
  }
  return text;
}

}  // namespace snapferry::aws
