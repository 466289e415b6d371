// SPDX-License-Identifier: Apache-2.0
#include "core/doctor/rights.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/doctor/key_policy.h"
#include "core/rules/ownership.h"

namespace snapferry::core {
namespace {

using Kind = ContextEntry::Kind;

// What RDS does with a key in our name, beside looking at it and granting itself its use. The
// first two are what RDS's guide says a user must have; the rest, its example for users of a key.
// Source: RDS User Guide, "AWS KMS key management" and "Sharing encrypted snapshots", 2026.
constexpr auto kUseOfKey =
    std::to_array<const char*>({"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom",
                                "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext"});

// The databases of one policy in one region, of one kind.
struct Ward {
  const Policy* policy;  ///< of one of them: what does not depend on the database is the same
  std::vector<const Patient*> patients;
};

struct Namer {
  const Identity& us;
  Instant now;

  [[nodiscard]] std::string arn(const Region& region, const std::string& resource) const {
    return Arn{.partition = std::string(partition_of(region).value_or("aws")),
               .service = "rds",
               .region = region,
               .account = us.account,
               .resource = resource}
        .str();
  }
  void database(RightsQuestion& question, const DatabaseId& id, const Region& region) const {
    const std::string_view kind = id.is_cluster() ? "cluster" : "db";
    const std::string exact = arn(region, fmt::format("{}:{}", kind, id.str()));
    add(question, exact, {.exact = exact, .wide = arn(region, fmt::format("{}:*", kind))});
  }
  void snapshot(RightsQuestion& question, const DatabaseId& id, const NameTemplate& name,
                const Region& region) const {
    const std::string_view kind = id.is_cluster() ? "cluster-snapshot" : "snapshot";
    const auto resource = [&](const std::string& text) {
      return arn(region, fmt::format("{}:{}", kind, text));
    };
    const std::string rendered = name.render(id, std::chrono::floor<Seconds>(now)).str();
    add(question, resource(rendered),
        {.exact = resource(filled(name.text(), id.str())),
         .wide = resource(filled(name.text(), "*"))});
  }
  // The newest that RDS took by itself. Source: rds-facts, automated snapshots' names.
  void automated_snapshot(RightsQuestion& question, const DatabaseId& id,
                          const Region& region) const {
    const std::string_view kind = id.is_cluster() ? "cluster-snapshot" : "snapshot";
    const auto resource = [&](std::string_view text) {
      return arn(region, fmt::format("{}:rds:{}", kind, text));
    };
    add(question, resource(id.str() + "-2026-01-01-00-00"),
        {.exact = resource(id.str() + "-*"), .wide = resource("*")});
  }

 private:
  static void add(RightsQuestion& question, const std::string& resource,
                  RightsQuestion::Patterns patterns) {
    if (question.patterns.emplace(resource, std::move(patterns)).second) {
      question.question.resources.push_back(resource);
    }
  }
  // The template as a pattern: {time} is anything, {db} the database, or anything as well.
  static std::string filled(std::string text, std::string_view database) {
    const auto replace = [&](std::string_view what, std::string_view with) {
      for (auto at = text.find(what); at != std::string::npos; at = text.find(what)) {
        text.replace(at, what.size(), with);
      }
    };
    replace("{time}", "*");
    replace("{db}", database);
    while (text.find("**") != std::string::npos) replace("**", "*");
    return text;
  }
};

void add_tags(std::vector<ContextEntry>& context, std::string_view prefix, const Tags& tags) {
  for (const auto& [key, value] : tags) {
    context.push_back({.key = fmt::format("{}/{}", prefix, key), .values = {value}});
  }
}

// Tags that the request sets, as conditions may name them.
void add_request_tags(std::vector<ContextEntry>& context, const Tags& tags) {
  add_tags(context, "aws:RequestTag", tags);
  add_tags(context, "rds:req-tag", tags);
  ContextEntry keys{.key = "aws:TagKeys", .values = {}, .kind = Kind::string_list};
  for (const auto& [key, value] : tags) keys.values.push_back(key);
  context.push_back(std::move(keys));
}

void add_resource_tags(std::vector<ContextEntry>& context, const Tags& tags) {
  add_tags(context, "aws:ResourceTag", tags);
  add_tags(context, "rds:snapshot-tag", tags);
}

class Asker {
 public:
  Asker(const Identity& us, const std::string& principal, Instant now)
      : us_(us), principal_(principal), now_(now), namer_{us, now} {}

  void ask_of_ward(const Ward& ward) {
    const Policy& policy = *ward.policy;
    const Region& home = policy.source_region;
    const Tags tags = tags_of(policy);
    if (ward.policy->copy_source == CopySource::create) {
      RightsQuestion create = begin(CheckId::create_snapshot, home, ward, "Create", "Snapshot");
      add_request_tags(create.question.context, tags);
      for (const Patient* patient : ward.patients) {
        namer_.database(create, patient->policy.database, home);
        namer_.snapshot(create, patient->policy.database, patient->policy.snapshot_name, home);
      }
      all.push_back(std::move(create));
      ask_of_snapshots(ward, home, nullptr);
    }
    for (size_t at = 0; at < policy.targets.size(); ++at) ask_of_target(ward, at);
  }

  void ask_of_key(const KeyInUse& key) {
    // The suffix is the same in all partitions. Source: rds-facts 2.3.
    const std::string via = fmt::format("rds.{}.amazonaws.com", key.region.str());
    const auto question = [&](CheckId id) {
      RightsQuestion asked{.id = id, .region = key.region, .subject = key.name};
      asked.question = {.principal = principal_,
                        .actions = {},
                        .resources = {key.arn},
                        .context = context_of(key.region)};
      asked.question.context.push_back({.key = "kms:ViaService", .values = {via}});
      asked.question.context.push_back({.key = "kms:CallerAccount", .values = {us_.account.str()}});
      asked.patterns = {{key.arn, {.exact = key.arn, .wide = key.arn}}};
      asked.limits.conditions["StringEquals"]["kms:ViaService"] = {via};
      asked.key_arn = key.arn;
      return asked;
    };
    RightsQuestion use = question(CheckId::use_key);
    use.question.actions.assign(kUseOfKey.begin(), kUseOfKey.end());
    all.push_back(std::move(use));
    RightsQuestion grant = question(CheckId::grant_key);
    grant.question.actions = {"kms:CreateGrant"};
    grant.question.context.push_back(
        {.key = "kms:GrantIsForAWSResource", .values = {"true"}, .kind = Kind::boolean});
    grant.limits.conditions["Bool"]["kms:GrantIsForAWSResource"] = {"true"};
    all.push_back(std::move(grant));
  }

  void ask_of_topic(const Arn& topic) {
    RightsQuestion publish{
        .id = CheckId::publish, .region = topic.region, .subject = topic.resource};
    publish.question = {.principal = principal_,
                        .actions = {"sns:Publish"},
                        .resources = {topic.str()},
                        .context = context_of(topic.region)};
    publish.patterns = {{topic.str(), {.exact = topic.str(), .wide = topic.str()}}};
    all.push_back(std::move(publish));
  }

  std::vector<RightsQuestion> all;

 private:
  // What every request has, as far as it is known before it is made.
  [[nodiscard]] std::vector<ContextEntry> context_of(const Region& region) const {
    return {{.key = "aws:RequestedRegion", .values = {region.str()}},
            {.key = "aws:PrincipalArn", .values = {principal_}},
            {.key = "aws:PrincipalAccount", .values = {us_.account.str()}},
            {.key = "aws:ResourceAccount", .values = {us_.account.str()}},
            {.key = "aws:SecureTransport", .values = {"true"}, .kind = Kind::boolean}};
  }

  // The marks of the first database stand for all: who asks for the mark of one asks for one.
  [[nodiscard]] Tags tags_of(const Policy& policy) const {
    Tags tags = policy.tags;
    tags.merge(
        ownership_tags({.owner = policy.owner(), .slot = std::chrono::floor<Seconds>(now_)}));
    return tags;
  }

  [[nodiscard]] RightsQuestion begin(CheckId id, const Region& region, const Ward& ward,
                                     std::string_view verb, std::string_view noun) const {
    const bool is_cluster = ward.policy->database.is_cluster();
    RightsQuestion asked{.id = id, .region = region};
    asked.subject = fmt::format("{}{}", ward.policy->name, is_cluster ? ", clusters" : "");
    asked.question = {.principal = principal_,
                      .actions = {noun == "Tags" ? std::string("rds:AddTagsToResource")
                                                 : fmt::format("rds:{}DB{}{}", verb,
                                                               is_cluster ? "Cluster" : "", noun)},
                      .resources = {},
                      .context = context_of(region)};
    return asked;
  }

  // Marking and deleting what stands at one place of the policy.
  void ask_of_snapshots(const Ward& ward, const Region& region, const size_t* target) {
    const Tags tags = tags_of(*ward.policy);
    RightsQuestion mark = begin(CheckId::tag_snapshot, region, ward, "", "Tags");
    add_request_tags(mark.question.context, tags);
    mark.limits.conditions["StringEquals"][fmt::format("aws:RequestTag/{}", kPolicyTag)] = {
        ward.policy->name};
    RightsQuestion remove = begin(CheckId::delete_snapshot, region, ward, "Delete", "Snapshot");
    add_resource_tags(remove.question.context, tags);
    remove.limits.conditions["StringEquals"][fmt::format("aws:ResourceTag/{}", kPolicyTag)] = {
        ward.policy->name};
    for (const Patient* patient : ward.patients) {
      const Policy& policy = patient->policy;
      const NameTemplate& name =
          target == nullptr ? policy.snapshot_name : policy.targets[*target].copy_name;
      namer_.snapshot(mark, policy.database, name, region);
      namer_.snapshot(remove, policy.database, name, region);
    }
    all.push_back(std::move(mark));
    all.push_back(std::move(remove));
  }

  // RDS asks about the source as well, in both regions. Source: rds-facts 2.6.
  void ask_of_target(const Ward& ward, size_t at) {
    const Policy& policy = *ward.policy;
    const Region& there = policy.targets[at].region;
    const Tags tags = tags_of(policy);
    const auto copy = [&](CheckId id, const Region& region) {
      RightsQuestion asked = begin(id, region, ward, "Copy", "Snapshot");
      add_request_tags(asked.question.context, tags);
      return asked;
    };
    RightsQuestion source_here = copy(CheckId::copy_source, policy.source_region);
    RightsQuestion source_there = copy(CheckId::copy_source, there);
    RightsQuestion target = copy(CheckId::copy_snapshot, there);
    for (const Patient* patient : ward.patients) {
      const Policy& one = patient->policy;
      for (RightsQuestion* source : {&source_here, &source_there}) {
        if (ward.policy->copy_source == CopySource::create) {
          namer_.snapshot(*source, one.database, one.snapshot_name, one.source_region);
        } else {
          namer_.automated_snapshot(*source, one.database, one.source_region);
        }
      }
      namer_.snapshot(target, one.database, one.targets[at].copy_name, there);
    }
    for (RightsQuestion* source : {&source_here, &source_there}) {
      if (ward.policy->copy_source == CopySource::create) {
        add_resource_tags(source->question.context, tags);
      }
      all.push_back(std::move(*source));
    }
    all.push_back(std::move(target));
    ask_of_snapshots(ward, there, &at);
  }

  const Identity& us_;
  const std::string& principal_;
  Instant now_;
  Namer namer_;
};

// What IAM and the key's policy say together of one action on one resource.
enum class Say { allowed, allowed_unless, unsure, missing, missing_in_key, forbidden };

struct Said {
  Say say = Say::allowed;
  std::string why;  ///< of what is unsure or forbidden
};

Said said_by_iam(const AccessAnswer& answer) {
  const std::string missing = fmt::format("{}", fmt::join(answer.missing_context, ", "));
  switch (answer.decision) {
    case AccessDecision::explicit_deny:
      return {Say::forbidden, "a Deny"};
    case AccessDecision::allowed:
      if (missing.empty()) return {};
      return {Say::allowed_unless, missing};
    case AccessDecision::implicit_deny:
      if (missing.empty()) return {Say::missing, {}};
      return {Say::unsure, missing};
  }
  ASSERT(false);
}

// Source: AWS KMS Developer Guide, "Troubleshooting key access", 2023: a Deny of either side is
// final; a key's policy that names us is enough; IAM's word counts where the key's policy lets it.
Said said_by_both(const Said& iam, const KeyVerdict& key) {
  const std::string statement = key.sid.empty() ? "a statement of the key's policy"
                                                : fmt::format("the key's policy, {}", key.sid);
  if (iam.say == Say::forbidden) return iam;
  if (key.is_denied == Likely::yes) return {Say::forbidden, statement};
  if (key.is_denied == Likely::unknown) return {Say::unsure, statement};
  if (key.is_named == Likely::yes) return {};
  if (key.is_delegated == Likely::yes) return iam;
  if (key.is_named == Likely::unknown || key.is_delegated == Likely::unknown) {
    return {Say::unsure, statement};
  }
  return {Say::missing_in_key, {}};
}

struct Tally {
  std::map<Say, std::set<std::string>> actions;
  std::map<Say, std::set<std::string>> resources;
  std::map<Say, std::set<std::string>> why;

  [[nodiscard]] bool has(Say say) const { return actions.contains(say); }
};

Tally tally_of(const RightsQuestion& asked, const std::vector<AccessAnswer>& answers,
               const KeyPolicy* key_policy, const AccountId& account) {
  Tally tally;
  for (const AccessAnswer& answer : answers) {
    Said said = said_by_iam(answer);
    if (key_policy != nullptr) {
      said =
          said_by_both(said, judge_key_policy(*key_policy, {.action = answer.action,
                                                            .account = account,
                                                            .principal = asked.question.principal,
                                                            .context = asked.question.context}));
    }
    tally.actions[said.say].insert(answer.action);
    tally.resources[said.say].insert(answer.resource);
    if (!said.why.empty()) tally.why[said.say].insert(said.why);
  }
  return tally;
}

// Ours: a statement names five resources one by one; more are named by their pattern, which a
// person can still read.
constexpr size_t kNamedMax = 5;

std::set<std::string> patterns_of(const RightsQuestion& asked,
                                  const std::set<std::string>& resources) {
  std::set<std::string> exact;
  std::set<std::string> wide;
  for (const std::string& resource : resources) {
    const auto found = asked.patterns.find(resource);
    if (found == asked.patterns.end()) continue;
    exact.insert(found->second.exact);
    wide.insert(found->second.wide);
  }
  // Databases and snapshots stand side by side, and are counted each for its kind.
  return exact.size() > kNamedMax * std::max<size_t>(wide.size(), 1) ? wide : exact;
}

std::string listed(const std::set<std::string>& texts) {
  std::vector<std::string> shown(texts.begin(), texts.end());
  constexpr size_t kShownMax = 3;
  if (shown.size() <= kShownMax) return fmt::format("{}", fmt::join(shown, ", "));
  const size_t more = shown.size() - kShownMax;
  shown.resize(kShownMax);
  return fmt::format("{} and {} more", fmt::join(shown, ", "), more);
}

}  // namespace

std::vector<RightsQuestion> rights_needed(std::span<const Patient> patients,
                                          std::span<const KeyInUse> keys,
                                          std::span<const Arn> topics, const Identity& us,
                                          const std::string& principal, Instant now) {
  std::map<std::tuple<std::string, Region, DatabaseKind>, Ward> wards;
  for (const Patient& patient : patients) {
    Ward& ward =
        wards[{patient.policy.name, patient.policy.source_region, patient.policy.database.kind()}];
    if (ward.policy == nullptr) ward.policy = &patient.policy;
    if (ward.patients.size() < kDatabasesAskedMax) ward.patients.push_back(&patient);
  }
  Asker asker(us, principal, now);
  for (const auto& [name, ward] : wards) asker.ask_of_ward(ward);
  for (const KeyInUse& key : keys) asker.ask_of_key(key);
  for (const Arn& topic : topics) asker.ask_of_topic(topic);
  return std::move(asker.all);
}

Check judge_rights(const RightsQuestion& asked, const Result<std::vector<AccessAnswer>>& answers,
                   const KeyPolicy* key_policy, const AccountId& account) {
  Check check{.id = asked.id, .region = asked.region, .subject = asked.subject};
  if (!answers) {
    check.state = CheckState::not_checked;
    check.text = "IAM was not asked: " + describe(answers.error());
    check.hint = next_act(answers.error());
    return check;
  }
  const size_t wanted = asked.question.actions.size() * asked.question.resources.size();
  if (answers->size() < wanted) {
    check.state = CheckState::not_checked;
    check.text = fmt::format("IAM told {} of {} answers", answers->size(), wanted);
    check.hint = "Run it again; a first apply shows it.";
    return check;
  }
  Tally tally = tally_of(asked, *answers, key_policy, account);
  const auto mend = [&](Say say, const std::string& key_arn) {
    Statement statement = asked.limits;
    statement.actions = tally.actions[say];
    statement.resources = patterns_of(asked, tally.resources[say]);
    if (!key_arn.empty()) {
      statement.principal = asked.question.principal;
      statement.resources = {"*"};
    }
    check.mending = {.key_arn = key_arn, .statement = std::move(statement)};
  };
  const auto say_of = [&](CheckState state, std::string_view what, Say say) {
    check.state = state;
    check.text = fmt::format("{}: {}", what, fmt::join(tally.actions[say], ", "));
    if (asked.key_arn.empty()) {
      check.text += " on " + listed(patterns_of(asked, tally.resources[say]));
    }
  };
  if (tally.has(Say::forbidden)) {
    say_of(CheckState::fail, "forbidden", Say::forbidden);
    check.text += fmt::format(", by {}", listed(tally.why[Say::forbidden]));
    check.hint = "Take the Deny away, or except this role: no further Allow helps.";
  } else if (tally.has(Say::missing_in_key)) {
    say_of(CheckState::fail, "not allowed by the key's policy", Say::missing_in_key);
    check.hint = "Add the statement to the key's policy.";
    mend(Say::missing_in_key, asked.key_arn);
  } else if (tally.has(Say::missing)) {
    say_of(CheckState::fail, "not allowed", Say::missing);
    check.hint = "Add the statement to a policy of the role or user.";
    mend(Say::missing, {});
  } else if (tally.has(Say::unsure)) {
    say_of(CheckState::not_checked, "cannot be told", Say::unsure);
    check.text += fmt::format(", since it depends on {}", listed(tally.why[Say::unsure]));
    check.hint = "A simulation does not know that; a first apply shows it.";
  } else if (tally.has(Say::allowed_unless)) {
    say_of(CheckState::warn, "allowed", Say::allowed_unless);
    check.text +=
        fmt::format(", but a statement also asks for {}", listed(tally.why[Say::allowed_unless]));
    check.hint = "A simulation does not know that; a first apply shows it.";
  } else {
    check.text = fmt::format("allowed: {}", fmt::join(asked.question.actions, ", "));
  }
  return check;
}

}  // namespace snapferry::core
