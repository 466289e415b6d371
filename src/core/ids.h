// Strong types for the names that AWS gives things, so that a region cannot be handed in where an
// account belongs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace snapferry::core {

/// A string of one meaning. `Tag` only tells the types apart.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& str() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string value_;
};

using Region = Id<struct RegionTag>;        ///< "eu-west-1"
using AccountId = Id<struct AccountIdTag>;  ///< "123456789012"
using KeyRef = Id<struct KeyRefTag>;  ///< a KMS key as a person names it: id, ARN, alias, alias ARN

/// RDS keeps DB instances and DB clusters apart, and so it does their snapshots: each kind has
/// calls, wire codes, quotas and a name space of its own.
enum class DatabaseKind { instance, cluster };

inline constexpr std::array kDatabaseKinds = {DatabaseKind::instance, DatabaseKind::cluster};

/// Returns "instance" or "cluster".
std::string_view to_string(DatabaseKind kind);

/// An identifier of RDS, which names one thing of its kind only: the kind belongs to it.
template <class Tag>
class KindedId {
 public:
  KindedId() = default;
  explicit KindedId(std::string value, DatabaseKind kind = DatabaseKind::instance)
      : value_(std::move(value)), kind_(kind) {}

  [[nodiscard]] const std::string& str() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] DatabaseKind kind() const { return kind_; }
  [[nodiscard]] bool is_cluster() const { return kind_ == DatabaseKind::cluster; }
  auto operator<=>(const KindedId&) const = default;

 private:
  std::string value_;
  DatabaseKind kind_ = DatabaseKind::instance;
};

/// DBInstanceIdentifier or DBClusterIdentifier, lower case.
using DatabaseId = KindedId<struct DatabaseIdTag>;
/// DBSnapshotIdentifier or DBClusterSnapshotIdentifier, lower case.
using SnapshotId = KindedId<struct SnapshotIdTag>;

/// Returns how a person is told of a database: "orders", and "cluster ledger".
std::string describe(const DatabaseId& id);

/// An Amazon Resource Name, kept whole and readable by part.
///
/// The resource part may itself hold colons ("snapshot:rds:orders-2026-01-01-00-00"): only the
/// first five divide. Source: rds-facts, DBSnapshot field notes, 2026-08.
struct Arn {
  std::string partition;  ///< "aws", "aws-cn", "aws-us-gov", ...
  std::string service;
  Region region;
  AccountId account;
  std::string resource;  ///< "db:orders", "snapshot:rds:orders-2026-01-01-00-00", "key/<uuid>"

  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool empty() const { return resource.empty(); }
  auto operator<=>(const Arn&) const = default;
};

/// Returns: nothing when the text is not "arn:partition:service:region:account:resource".
std::optional<Arn> parse_arn(std::string_view text);

/// Returns the partition a region belongs to ("aws-us-gov" for us-gov-west-1), or nothing when the
/// region's form belongs to none. The ARN's partition always comes from here, never from a literal.
/// Source: botocore 1.43 partitions.json, 2026-08.
std::optional<std::string_view> partition_of(const Region& region);

/// Returns "did you mean eu-west-1" material: the known region nearest to the text, whatever its
/// case; empty when none is near.
std::string nearest_region(std::string_view text);

}  // namespace snapferry::core

template <class Tag>
struct std::hash<snapferry::core::Id<Tag>> {
  std::size_t operator()(const snapferry::core::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};

template <class Tag>
struct std::hash<snapferry::core::KindedId<Tag>> {
  std::size_t operator()(const snapferry::core::KindedId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str()) ^ std::size_t(id.kind());
  }
};
