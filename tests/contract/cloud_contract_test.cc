// The cases every Cloud must pass. Each needs only what Ground gives; a ground that lacks an
// ability skips the case with its reason, so that nothing is left out in silence.
// SPDX-License-Identifier: Apache-2.0
#include "contract/cloud_contract.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace snapferry::contract {
namespace {

using core::ErrorKind;
using core::Region;
using core::Snapshot;
using core::SnapshotId;
using core::SnapshotState;
using std::chrono::hours;

const Region kSource("eu-west-1");
const Region kTarget("eu-central-1");
const core::DatabaseId kOrders("orders");

struct NamedGround {
  const char* name;
  std::unique_ptr<Ground> (*make)();
};

class CloudContract : public testing::TestWithParam<NamedGround> {
 protected:
  void SetUp() override {
    ground_ = GetParam().make();
    if (!ground_) GTEST_SKIP() << GetParam().name << ": SNAPFERRY_MOTO_ENDPOINT is not set";
  }

  core::Cloud& source() { return ground_->clouds().in(kSource); }
  core::Cloud& target() { return ground_->clouds().in(kTarget); }

  void add_orders(bool is_encrypted = false) {
    ground_->add_database(kSource, {.id = kOrders, .is_encrypted = is_encrypted, .cluster_id = {}});
  }

  static core::CreateSnapshotRequest create(const std::string& id, core::Tags tags = {}) {
    return {SnapshotId(id), kOrders, std::move(tags)};
  }

  // A snapshot of orders that is available.
  Snapshot snapshot(const std::string& id) {
    EXPECT_TRUE(source().create_snapshot(create(id)).has_value());
    ground_->advance(hours(1));
    return find(source(), id);
  }

  static Snapshot find(core::Cloud& cloud, const std::string& id) {
    core::SnapshotQuery query;
    query.id = SnapshotId(id);
    auto page = cloud.list_snapshots(query);
    EXPECT_TRUE(page.has_value()) << core::describe(page.error());
    EXPECT_EQ(page->items.size(), 1U);
    return page && !page->items.empty() ? page->items.front() : Snapshot();
  }

  static core::CopySnapshotRequest copy(const Snapshot& from, const std::string& id,
                                        std::string key = {}) {
    return {from.arn, SnapshotId(id), std::move(key), {}, {}};
  }

  std::unique_ptr<Ground> ground_;
};

#define NEEDS(ability)                                               \
  do {                                                               \
    const std::string reason = ground_->cannot(Ability::ability);    \
    if (!reason.empty()) GTEST_SKIP() << #ability << ": " << reason; \
  } while (false)

template <class T>
void expect_refused(const core::Result<T>& result, ErrorKind kind, const std::string& code = {}) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(core::to_string(result.error().kind), core::to_string(kind))
      << core::describe(result.error());
  if (!code.empty()) {
    EXPECT_EQ(result.error().aws_code, code);
  }
}

TEST_P(CloudContract, TellsWhoCalls) {
  auto identity = source().identify();
  ASSERT_TRUE(identity.has_value()) << core::describe(identity.error());
  EXPECT_EQ(identity->account, core::AccountId("123456789012"));
  EXPECT_FALSE(identity->arn.empty());
}

TEST_P(CloudContract, ListsTheDatabasesOfItsRegionOnly) {
  add_orders();
  ground_->add_database(kTarget, {.id = core::DatabaseId("elsewhere"), .cluster_id = {}});
  auto page = source().list_databases({});
  ASSERT_TRUE(page.has_value()) << core::describe(page.error());
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->next, "");
  EXPECT_EQ(page->items[0].id, kOrders);
  EXPECT_EQ(page->items[0].arn.str(), "arn:aws:rds:eu-west-1:123456789012:db:orders");
  EXPECT_EQ(page->items[0].status, "available");
  EXPECT_EQ(page->items[0].engine, "mysql");
  EXPECT_FALSE(page->items[0].is_encrypted);
  EXPECT_EQ(page->items[0].allocated_storage_gib, 20);
  EXPECT_FALSE(page->items[0].resource_id.empty());
}

TEST_P(CloudContract, AnUnknownDatabaseIsMissing) {
  core::DatabaseQuery query;
  query.id = core::DatabaseId("nothing");
  expect_refused(source().list_databases(query), ErrorKind::missing);
}

TEST_P(CloudContract, AnUnknownSnapshotIsMissing) {
  core::SnapshotQuery query;
  query.id = SnapshotId("nothing");
  expect_refused(source().list_snapshots(query), ErrorKind::missing);
}

TEST_P(CloudContract, TheSnapshotsOfAnUnknownDatabaseAreNone) {
  core::SnapshotQuery query;
  query.database = core::DatabaseId("nothing");
  auto page = source().list_snapshots(query);
  ASSERT_TRUE(page.has_value()) << core::describe(page.error());
  EXPECT_TRUE(page->items.empty());
}

TEST_P(CloudContract, ASnapshotOfAnUnknownDatabaseIsMissing) {
  expect_refused(source().create_snapshot(create("first")), ErrorKind::missing);
}

TEST_P(CloudContract, ASnapshotTakesTimeAndIsAvailable) {
  NEEDS(take_time);
  add_orders();
  auto started = source().create_snapshot(create("first"));
  ASSERT_TRUE(started.has_value()) << core::describe(started.error());
  EXPECT_EQ(started->status, "creating");
  EXPECT_EQ(started->state(), SnapshotState::in_progress);
  EXPECT_EQ(started->progress_percent, 0);
  EXPECT_FALSE(started->original_create_time.has_value());

  ground_->advance(std::chrono::seconds(40));
  const Snapshot half = find(source(), "first");
  EXPECT_EQ(half.state(), SnapshotState::in_progress);
  EXPECT_GT(half.progress_percent, 0);
  EXPECT_LT(half.progress_percent, 100);
  EXPECT_FALSE(half.original_create_time.has_value());

  ground_->advance(hours(1));
  const Snapshot done = find(source(), "first");
  EXPECT_EQ(done.state(), SnapshotState::available);
  EXPECT_EQ(done.progress_percent, 100);
  EXPECT_TRUE(done.original_create_time.has_value());
  EXPECT_EQ(done.database, kOrders);
  EXPECT_EQ(done.type, "manual");
  EXPECT_EQ(done.arn.str(), "arn:aws:rds:eu-west-1:123456789012:snapshot:first");
  EXPECT_EQ(done.source_snapshot_arn, "");
}

TEST_P(CloudContract, ABusyDatabaseIsAConflict) {
  NEEDS(take_time);
  add_orders();
  ASSERT_TRUE(source().create_snapshot(create("first")).has_value());
  expect_refused(source().create_snapshot(create("second")), ErrorKind::conflict,
                 "InvalidDBInstanceState");
}

TEST_P(CloudContract, ATakenNameIsAConflict) {
  add_orders();
  ASSERT_TRUE(source().create_snapshot(create("first")).has_value());
  expect_refused(source().create_snapshot(create("first")), ErrorKind::conflict,
                 "DBSnapshotAlreadyExists");
  ground_->advance(hours(1));
  expect_refused(source().create_snapshot(create("first")), ErrorKind::conflict,
                 "DBSnapshotAlreadyExists");
}

TEST_P(CloudContract, NamesKeepTheRulesOfRds) {
  NEEDS(strict_names);
  add_orders();
  const std::string longest = "a" + std::string(254, 'b');
  for (const std::string& name : {std::string("1st"), std::string("a--b"), std::string("a-"),
                                  std::string("a_b"), std::string("a b"), longest + "b"}) {
    SCOPED_TRACE(name);
    expect_refused(source().create_snapshot(create(name)), ErrorKind::invalid,
                   "InvalidParameterValue");
  }
  EXPECT_TRUE(source().create_snapshot(create(longest)).has_value());
}

TEST_P(CloudContract, NamesAreKeptInLowerCase) {
  NEEDS(strict_names);
  add_orders();
  auto started = source().create_snapshot(create("First"));
  ASSERT_TRUE(started.has_value()) << core::describe(started.error());
  EXPECT_EQ(started->id, SnapshotId("first"));
  expect_refused(source().create_snapshot(create("FIRST")), ErrorKind::conflict);
  EXPECT_EQ(find(source(), "fiRST").id, SnapshotId("first"));
}

TEST_P(CloudContract, AMemberOfAClusterIsNoDatabaseOfItsOwn) {
  NEEDS(cluster_members);
  ground_->add_database(kSource, {.id = kOrders, .cluster_id = "aurora"});
  EXPECT_EQ(source().list_databases({})->items.at(0).cluster_id, "aurora");
  expect_refused(source().create_snapshot(create("first")), ErrorKind::invalid,
                 "InvalidParameterValue");
}

TEST_P(CloudContract, AStoppedDatabaseIsAConflict) {
  NEEDS(stop_databases);
  add_orders();
  ground_->stop_database(kSource, kOrders);
  expect_refused(source().create_snapshot(create("first")), ErrorKind::conflict,
                 "InvalidDBInstanceState");
}

TEST_P(CloudContract, ACopyOfAPlainSnapshotNeedsNoKey) {
  add_orders();
  const Snapshot first = snapshot("first");
  auto started = target().copy_snapshot(copy(first, "first-copy"));
  ASSERT_TRUE(started.has_value()) << core::describe(started.error());
  ground_->advance(hours(1));
  const Snapshot done = find(target(), "first-copy");
  EXPECT_EQ(done.state(), SnapshotState::available);
  EXPECT_EQ(done.arn.str(), "arn:aws:rds:eu-central-1:123456789012:snapshot:first-copy");
  EXPECT_FALSE(done.is_encrypted);
  EXPECT_EQ(done.database, kOrders);
  EXPECT_EQ(done.type, "manual");
  EXPECT_EQ(done.resource_id, first.resource_id);
  if (ground_->cannot(Ability::tell_source).empty()) {
    EXPECT_EQ(done.source_snapshot_arn, first.arn.str());
  }
}

TEST_P(CloudContract, AnEncryptedCopyTakesTimeAndHasTheTargetsKey) {
  NEEDS(take_time);
  add_orders(true);
  const std::string key = ground_->add_key(kTarget, "alias/dr");
  const Snapshot first = snapshot("first");
  auto started = target().copy_snapshot(copy(first, "first-copy", "alias/dr"));
  ASSERT_TRUE(started.has_value()) << core::describe(started.error());
  EXPECT_EQ(started->state(), SnapshotState::in_progress);
  EXPECT_FALSE(started->original_create_time.has_value());
  ground_->advance(std::chrono::seconds(120));
  const Snapshot half = find(target(), "first-copy");
  EXPECT_EQ(half.state(), SnapshotState::in_progress);
  EXPECT_GT(half.progress_percent, 0);
  ground_->advance(hours(1));
  const Snapshot done = find(target(), "first-copy");
  EXPECT_EQ(done.state(), SnapshotState::available);
  EXPECT_TRUE(done.is_encrypted);
  EXPECT_EQ(done.kms_key_arn, key);
  EXPECT_EQ(done.original_create_time, first.original_create_time);
  EXPECT_EQ(done.database_time, first.database_time);
  EXPECT_EQ(done.source_region, "eu-west-1");
}

TEST_P(CloudContract, AnEncryptedSnapshotNeedsAKeyAcrossRegions) {
  NEEDS(check_keys);
  add_orders(true);
  expect_refused(target().copy_snapshot(copy(snapshot("first"), "first-copy")), ErrorKind::invalid,
                 "InvalidParameterValue");
}

TEST_P(CloudContract, AKeyOfAnotherRegionIsNotUsable) {
  NEEDS(check_keys);
  add_orders(true);
  const std::string key = ground_->add_key(kSource, "alias/here");
  const Snapshot first = snapshot("first");
  expect_refused(target().copy_snapshot(copy(first, "first-copy", key)), ErrorKind::denied,
                 "KMSKeyNotAccessibleFault");
  expect_refused(target().copy_snapshot(copy(first, "first-copy", "alias/here")), ErrorKind::denied,
                 "KMSKeyNotAccessibleFault");
}

TEST_P(CloudContract, ADisabledKeyIsNotUsableAtEitherEnd) {
  NEEDS(check_keys);
  add_orders(true);
  const std::string key = ground_->add_key(kTarget, "alias/dr");
  const std::string other = ground_->add_key(kTarget, "alias/other");
  const Snapshot first = snapshot("first");
  ground_->disable_key(key);
  expect_refused(target().copy_snapshot(copy(first, "first-copy", key)), ErrorKind::denied,
                 "KMSKeyNotAccessibleFault");
  ground_->disable_key(first.kms_key_arn);
  expect_refused(target().copy_snapshot(copy(first, "first-copy", other)), ErrorKind::denied,
                 "KMSKeyNotAccessibleFault");
}

TEST_P(CloudContract, ASourceThatIsNotAvailableIsAConflict) {
  NEEDS(check_source);
  add_orders();
  auto first = source().create_snapshot(create("first"));
  ASSERT_TRUE(first.has_value());
  expect_refused(target().copy_snapshot(copy(*first, "first-copy")), ErrorKind::conflict,
                 "InvalidDBSnapshotState");
}

TEST_P(CloudContract, ASourceThatIsNotThereIsMissing) {
  Snapshot nothing;
  nothing.arn = core::parse_arn("arn:aws:rds:eu-west-1:123456789012:snapshot:nothing").value();
  expect_refused(target().copy_snapshot(copy(nothing, "copy")), ErrorKind::missing);
}

TEST_P(CloudContract, ACopyToATakenNameIsAConflict) {
  add_orders();
  const Snapshot first = snapshot("first");
  ASSERT_TRUE(target().copy_snapshot(copy(first, "first-copy")).has_value());
  expect_refused(target().copy_snapshot(copy(first, "first-copy")), ErrorKind::conflict,
                 "DBSnapshotAlreadyExists");
}

TEST_P(CloudContract, ADeletedSnapshotIsMissing) {
  add_orders();
  snapshot("first");
  ASSERT_TRUE(source().delete_snapshot(SnapshotId("first")).has_value());
  ground_->advance(hours(1));
  expect_refused(source().delete_snapshot(SnapshotId("first")), ErrorKind::missing);
  auto page = source().list_snapshots({});
  ASSERT_TRUE(page.has_value());
  EXPECT_TRUE(page->items.empty());
}

TEST_P(CloudContract, ASnapshotBeingTakenCannotBeDeleted) {
  NEEDS(take_time);
  add_orders();
  ASSERT_TRUE(source().create_snapshot(create("first")).has_value());
  expect_refused(source().delete_snapshot(SnapshotId("first")), ErrorKind::conflict,
                 "InvalidDBSnapshotState");
}

TEST_P(CloudContract, ListsMoreThanOnePage) {
  NEEDS(big_accounts);
  add_orders();
  ground_->set_quotas(kSource, 1000, 20);
  std::set<std::string> expected;
  for (int i = 0; i < 215; ++i) {
    const std::string id = fmt::format("nightly-{:03}", i);
    ASSERT_TRUE(source().create_snapshot(create(id)).has_value());
    ground_->advance(hours(1));
    expected.insert(id);
  }
  std::set<std::string> seen;
  core::SnapshotQuery query;
  int pages = 0;
  do {
    auto page = source().list_snapshots(query);
    ASSERT_TRUE(page.has_value()) << core::describe(page.error());
    for (const Snapshot& item : page->items) EXPECT_TRUE(seen.insert(item.id.str()).second);
    query.marker = page->next;
    ++pages;
  } while (!query.marker.empty() && pages < 10);
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(pages, 3);
}

TEST_P(CloudContract, TagsOfEveryScriptComeBack) {
  add_orders();
  const core::Tags tags = {
      {"team", "Größe / 東京"}, {"snapferry:slot", "20261122000000"}, {"x", ""}};
  ASSERT_TRUE(source().create_snapshot(create("first", tags)).has_value());
  EXPECT_EQ(find(source(), "first").tags, tags);
  ground_->advance(hours(1));
  const core::Tags more = {{"x", "1 < 2 & \"3\""}, {"team", "Łódź"}};
  // < & and quotes are no characters of a tag.
  if (ground_->cannot(Ability::strict_names).empty()) {
    expect_refused(source().add_tags(find(source(), "first").arn, more), ErrorKind::invalid,
                   "InvalidParameterValue");
  }
  ASSERT_TRUE(source().add_tags(find(source(), "first").arn, {{"team", "Łódź"}}).has_value());
  EXPECT_EQ(find(source(), "first").tags.at("team"), "Łódź");
  EXPECT_EQ(find(source(), "first").tags.size(), 3U);
}

TEST_P(CloudContract, ACopyHasTheTagsOfItsRequest) {
  add_orders();
  const Snapshot first = snapshot("first");
  auto request = copy(first, "first-copy");
  request.tags = {{"kind", "copy"}};
  ASSERT_TRUE(target().copy_snapshot(request).has_value());
  EXPECT_EQ(find(target(), "first-copy").tags, request.tags);
}

TEST_P(CloudContract, ReservedTagsAreLeftOut) {
  add_orders();
  const core::Tags tags = {{"aws:backup:source", "x"}, {"rds:y", "z"}, {"kept", "1"}};
  ASSERT_TRUE(source().create_snapshot(create("first", tags)).has_value());
  EXPECT_EQ(find(source(), "first").tags, (core::Tags{{"kept", "1"}}));
}

TEST_P(CloudContract, AFullAccountIsALimit) {
  NEEDS(quotas);
  add_orders();
  ground_->set_quotas(kSource, 2, 20);
  snapshot("first");
  snapshot("second");
  auto refused = source().create_snapshot(create("third"));
  expect_refused(refused, ErrorKind::limit, "SnapshotQuotaExceeded");
  EXPECT_NE(refused.error().message.find("Cannot create more than 2 manual snapshots"),
            std::string::npos)
      << refused.error().message;
  auto quotas = source().read_snapshot_quotas();
  ASSERT_TRUE(quotas.has_value()) << core::describe(quotas.error());
  EXPECT_EQ(quotas->instance->used, 2);
  EXPECT_EQ(quotas->instance->max, 2);
}

TEST_P(CloudContract, TooManyCopiesInFlightAreALimit) {
  NEEDS(quotas);
  add_orders();
  ground_->set_quotas(kTarget, 100, 1);
  const Snapshot first = snapshot("first");
  ASSERT_TRUE(target().copy_snapshot(copy(first, "copy-1")).has_value());
  auto refused = target().copy_snapshot(copy(first, "copy-2"));
  expect_refused(refused, ErrorKind::limit, "SnapshotQuotaExceeded");
  EXPECT_NE(refused.error().message.find("Cannot copy more than 1 snapshots across regions"),
            std::string::npos)
      << refused.error().message;
  ground_->advance(hours(1));
  EXPECT_TRUE(target().copy_snapshot(copy(first, "copy-2")).has_value());
}

TEST_P(CloudContract, AKeyIsFoundByEveryNameItHas) {
  const std::string arn = ground_->add_key(kTarget, "alias/dr");
  const std::string id = arn.substr(arn.find('/') + 1);
  for (const std::string& name : {arn, id, std::string("alias/dr"),
                                  std::string("arn:aws:kms:eu-central-1:123456789012:alias/dr")}) {
    SCOPED_TRACE(name);
    auto key = target().describe_key(core::KeyRef(name));
    ASSERT_TRUE(key.has_value()) << core::describe(key.error());
    EXPECT_EQ(key->arn, arn);
    EXPECT_EQ(key->key_id, id);
    EXPECT_EQ(key->state, "Enabled");
    EXPECT_TRUE(key->is_customer_managed);
    EXPECT_TRUE(key->is_symmetric_encryption);
  }
  expect_refused(target().describe_key(core::KeyRef("alias/nothing")), ErrorKind::missing);
  expect_refused(target().describe_key(core::KeyRef("00000000-0000-0000-0000-000000000000")),
                 ErrorKind::missing);
  expect_refused(source().describe_key(core::KeyRef("alias/dr")), ErrorKind::missing);
}

TEST_P(CloudContract, AKeysPolicyLetsItsAccountDecide) {
  const std::string arn = ground_->add_key(kTarget, "alias/dr");
  auto policy = target().read_key_policy(core::KeyRef(arn));
  ASSERT_TRUE(policy.has_value()) << core::describe(policy.error());
  EXPECT_TRUE(std::ranges::any_of(policy->statements, [](const core::KeyStatement& statement) {
    return statement.is_allow && statement.actions == std::vector<std::string>{"kms:*"} &&
           statement.principals == std::vector<std::string>{"arn:aws:iam::123456789012:root"};
  }));
  expect_refused(target().read_key_policy(core::KeyRef("00000000-0000-0000-0000-000000000000")),
                 ErrorKind::missing);
}

TEST_P(CloudContract, ARoleThatIsNotThereIsMissing) {
  expect_refused(source().find_role("nobody"), ErrorKind::missing);
}

TEST_P(CloudContract, AThrottledCallIsTransientAndHasDoneNothing) {
  NEEDS(faults);
  add_orders();
  ground_->order(Ground::Trouble::throttle, "CreateDBSnapshot");
  expect_refused(source().create_snapshot(create("first")), ErrorKind::transient);
  EXPECT_TRUE(source().list_snapshots({})->items.empty());
  ground_->order(Ground::Trouble::throttle, "DescribeDBSnapshots");
  expect_refused(source().list_snapshots({}), ErrorKind::transient);
}

TEST_P(CloudContract, AServerErrorIsUnknownForAWriteOnly) {
  NEEDS(faults);
  add_orders();
  ground_->order(Ground::Trouble::server_error, "CreateDBSnapshot");
  expect_refused(source().create_snapshot(create("first")), ErrorKind::unknown);
  ground_->order(Ground::Trouble::server_error, "DescribeDBSnapshots");
  expect_refused(source().list_snapshots({}), ErrorKind::transient);
}

TEST_P(CloudContract, ALostReplyIsUnknownAndItsEffectIsThere) {
  NEEDS(faults);
  add_orders();
  ground_->order(Ground::Trouble::lost_reply, "CreateDBSnapshot");
  expect_refused(source().create_snapshot(create("first")), ErrorKind::unknown);
  EXPECT_EQ(find(source(), "first").state(), SnapshotState::in_progress);
  expect_refused(source().create_snapshot(create("first")), ErrorKind::conflict,
                 "DBSnapshotAlreadyExists");
  ground_->order(Ground::Trouble::lost_reply, "DescribeDBSnapshots");
  expect_refused(source().list_snapshots({}), ErrorKind::transient);
}

TEST_P(CloudContract, PublishesToATopicOfTheRegion) {
  const core::Arn topic = ground_->add_topic(kSource, "alerts");
  const core::Message message{.subject = "snapferry: orders: 1 failure",
                              .text = "first line\nsecond & last",
                              .attributes = {{"kind", "failure"}, {"policy", "default"}}};
  const auto told = source().publish(topic, message);
  ASSERT_TRUE(told) << core::describe(told.error());
  NEEDS(show_messages);
  const auto messages = ground_->messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].subject, message.subject);
  EXPECT_EQ(messages[0].text, message.text);
  EXPECT_EQ(messages[0].attributes, message.attributes);
}

TEST_P(CloudContract, ATopicThatIsNotThereIsMissing) {
  core::Arn topic = ground_->add_topic(kSource, "alerts");
  topic.resource = "alarms";
  expect_refused(source().publish(topic, {.subject = "s", .text = "t", .attributes = {}}),
                 ErrorKind::missing, "NotFound");
}

TEST_P(CloudContract, AnAlertWithoutAnAnswerMayHaveBeenSent) {
  NEEDS(faults);
  const core::Arn topic = ground_->add_topic(kSource, "alerts");
  ground_->order(Ground::Trouble::lost_reply, "Publish");
  expect_refused(source().publish(topic, {.subject = "s", .text = "t", .attributes = {}}),
                 ErrorKind::unknown);
  EXPECT_EQ(ground_->messages().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(InProcess, CloudContract,
                         testing::Values(NamedGround{"in process", make_in_process_ground}),
                         [](const auto&) { return "Model"; });
INSTANTIATE_TEST_SUITE_P(Http, CloudContract,
                         testing::Values(NamedGround{"over HTTP", make_http_ground}),
                         [](const auto&) { return "Door"; });
INSTANTIATE_TEST_SUITE_P(Moto, CloudContract,
                         testing::Values(NamedGround{"moto", make_moto_ground}),
                         [](const auto&) { return "Judge"; });

}  // namespace
}  // namespace snapferry::contract
