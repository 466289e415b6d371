// The body of a call to a JSON service, read member by member, with the refusals such services
// share: what is no member of the input, of the wrong type, missing, or out of range.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/time.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

class JsonInput {
 public:
  /// `object` and `code` must outlive this. `code` is what the service calls a bad value
  /// ("ValidationException"); `place` is where the object stands ("Targets[0]"), empty for the
  /// body.
  JsonInput(const boost::json::object& object, std::string_view code, std::string place = {});

  /// Errors: the first member that is not among these. Ours: AWS ignores what it does not know, and
  /// so hides misspelled names.
  [[nodiscard]] ServiceResult<void> only(std::initializer_list<std::string_view> members) const;

  // Absent and null members are empty; a value of another type is a SerializationException.
  [[nodiscard]] bool has(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::string> text(std::string_view member) const;
  /// Errors: absent or empty, or longer than `most`.
  [[nodiscard]] ServiceResult<std::string> required(std::string_view member,
                                                    size_t most = std::string::npos) const;
  [[nodiscard]] ServiceResult<std::optional<long>> integer(
      std::string_view member, long least = std::numeric_limits<long>::min(),
      long most = std::numeric_limits<long>::max()) const;
  [[nodiscard]] ServiceResult<std::optional<double>> number(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::optional<bool>> boolean(std::string_view member) const;
  /// Reads seconds since 1970, with a fraction.
  [[nodiscard]] ServiceResult<std::optional<core::Instant>> time(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::vector<std::string>> texts(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::vector<double>> numbers(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::map<std::string, std::string>> text_map(
      std::string_view member) const;
  [[nodiscard]] ServiceResult<std::vector<JsonInput>> objects(std::string_view member) const;
  [[nodiscard]] ServiceResult<std::optional<JsonInput>> object(std::string_view member) const;
  /// Reads [{"Key": ..., "Value": ...}].
  [[nodiscard]] ServiceResult<std::map<std::string, std::string>> tags(
      std::string_view member) const;
  /// Errors: when the value is there and not one of these.
  [[nodiscard]] ServiceResult<std::string> choice(
      std::string_view member, std::initializer_list<std::string_view> values) const;

  [[nodiscard]] const boost::json::object& raw() const { return *object_; }
  [[nodiscard]] std::string place_of(std::string_view member) const;
  [[nodiscard]] std::unexpected<ServiceError> refuse(std::string message) const;

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view member) const;
  [[nodiscard]] std::unexpected<ServiceError> wrong_type(std::string_view member,
                                                         std::string_view wanted) const;

  const boost::json::object* object_;
  std::string_view code_;
  std::string place_;
};

/// Returns the time as JSON services write it: seconds with a fraction.
double to_epoch_seconds(core::Instant instant);

/// Returns tags as such services list them: [{"Key": ..., "Value": ...}].
boost::json::array to_tag_list(const std::map<std::string, std::string>& tags);

}  // namespace snapferry::emulator
