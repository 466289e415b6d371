// SPDX-License-Identifier: Apache-2.0
#include "emulator/kms/kms_model.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

long to_ms(core::Instant instant) {
  return instant.time_since_epoch().count();
}
core::Instant from_ms(const json::value& value) {
  return core::Instant(core::Milliseconds(value.as_int64()));
}

json::object save_key(const KmsKey& key) {
  json::object saved = {{"key_id", key.key_id},
                        {"arn", key.arn},
                        {"account", key.account.str()},
                        {"region", key.region.str()},
                        {"state", key.state},
                        {"description", key.description},
                        {"is_aws_managed", key.is_aws_managed},
                        {"is_multi_region", key.is_multi_region},
                        {"is_rotated", key.is_rotated},
                        {"rotation_days", key.rotation_days},
                        {"key_spec", key.key_spec},
                        {"key_usage", key.key_usage},
                        {"policy", key.policy},
                        {"create_time_ms", to_ms(key.create_time)},
                        {"tags", json::value_from(key.tags)}};
  if (key.rotated_since) saved["rotated_since_ms"] = to_ms(*key.rotated_since);
  if (key.deletion_time) {
    saved["deletion_time_ms"] = to_ms(*key.deletion_time);
    saved["deletion_window_days"] = key.deletion_window_days;
  }
  return saved;
}

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

KmsKey load_key(const json::object& saved) {
  KmsKey key;
  key.key_id = text_at(saved, "key_id");
  key.arn = text_at(saved, "arn");
  key.account = core::AccountId(text_at(saved, "account"));
  key.region = core::Region(text_at(saved, "region"));
  key.state = text_at(saved, "state");
  key.description = text_at(saved, "description");
  key.is_aws_managed = saved.at("is_aws_managed").as_bool();
  key.is_multi_region = saved.at("is_multi_region").as_bool();
  key.is_rotated = saved.at("is_rotated").as_bool();
  if (const json::value* days = saved.if_contains("rotation_days")) {
    key.rotation_days = days->as_int64();
  }
  if (const json::value* since = saved.if_contains("rotated_since_ms")) {
    key.rotated_since = from_ms(*since);
  }
  key.key_spec = text_at(saved, "key_spec");
  key.key_usage = text_at(saved, "key_usage");
  key.policy = text_at(saved, "policy");
  key.create_time = from_ms(saved.at("create_time_ms"));
  key.tags = json::value_to<std::map<std::string, std::string>>(saved.at("tags"));
  if (const json::value* time = saved.if_contains("deletion_time_ms")) {
    key.deletion_time = from_ms(*time);
    key.deletion_window_days = saved.at("deletion_window_days").as_int64();
  }
  return key;
}

std::string arn_prefix(const Caller& caller) {
  return fmt::format("arn:{}:kms:{}:{}:", caller.partition, caller.region.str(),
                     caller.account.str());
}

// Source: AWS KMS Developer Guide, "Default key policy", 2023: the account's root may do all.
std::string default_policy(const Caller& caller) {
  return json::serialize(json::object{
      {"Version", "2012-10-17"},
      {"Id", "key-default-1"},
      {"Statement",
       json::array{json::object{
           {"Sid", "Enable IAM User Permissions"},
           {"Effect", "Allow"},
           {"Principal", json::object{{"AWS", fmt::format("arn:{}:iam::{}:root", caller.partition,
                                                          caller.account.str())}}},
           {"Action", "kms:*"},
           {"Resource", "*"}}}}});
}

// Source: the policy of an account's key aws/rds, "Allow access through RDS for all principals in
// the account that are authorized to use RDS", AWS KMS Developer Guide, 2023.
std::string managed_policy(const Caller& caller, const std::string& service) {
  const std::string account = caller.account.str();
  return json::serialize(json::object{
      {"Version", "2012-10-17"},
      {"Id", fmt::format("auto-{}-2", service)},
      {"Statement",
       json::array{
           json::object{
               {"Sid",
                fmt::format("Allow access through {} for all principals in the account", service)},
               {"Effect", "Allow"},
               {"Principal", json::object{{"AWS", "*"}}},
               {"Action",
                json::array{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
                            "kms:CreateGrant", "kms:ListGrants", "kms:DescribeKey"}},
               {"Resource", "*"},
               {"Condition", json::object{{"StringEquals",
                                           json::object{{"kms:CallerAccount", account},
                                                        {"kms:ViaService",
                                                         fmt::format("{}.{}.amazonaws.com", service,
                                                                     caller.region.str())}}}}}},
           json::object{
               {"Sid", "Allow direct access to key metadata to the account"},
               {"Effect", "Allow"},
               {"Principal", json::object{{"AWS", fmt::format("arn:{}:iam::{}:root",
                                                              caller.partition, account)}}},
               {"Action", json::array{"kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"}},
               {"Resource", "*"}}}}});
}

bool names_account(const json::value& principal, const core::AccountId& account) {
  if (const json::array* many = principal.if_array()) {
    return std::ranges::any_of(*many,
                               [&](const json::value& one) { return names_account(one, account); });
  }
  const json::string* text = principal.if_string();
  if (text == nullptr) return false;
  const std::string_view name(text->data(), text->size());
  if (name == "*" || name == account.str()) return true;
  const auto arn = core::parse_arn(name);
  return arn && arn->account == account;
}

}  // namespace

bool allows_account(const KmsKey& key, const core::AccountId& account) {
  if (key.account == account) return true;
  if (key.is_aws_managed) return false;
  json::error_code error;
  const json::value policy = json::parse(key.policy, error);
  const json::object* document = error ? nullptr : policy.if_object();
  const json::value* statements = document ? document->if_contains("Statement") : nullptr;
  if (statements == nullptr || !statements->is_array()) return false;
  return std::ranges::any_of(statements->get_array(), [&](const json::value& item) {
    const json::object* statement = item.if_object();
    if (statement == nullptr) return false;
    const json::value* effect = statement->if_contains("Effect");
    const json::value* principal = statement->if_contains("Principal");
    if (effect == nullptr || principal == nullptr || *effect != "Allow") return false;
    if (const json::object* kinds = principal->if_object()) {
      principal = kinds->if_contains("AWS");
      if (principal == nullptr) return false;
    }
    return names_account(*principal, account);
  });
}

KmsKey* KmsModel::find(const Caller& caller, const std::string& reference) {
  std::string arn;
  if (reference.starts_with("arn:")) {
    const auto parsed = core::parse_arn(reference);
    if (!parsed || parsed->service != "kms" || parsed->region != caller.region) return nullptr;
    arn = reference;
  } else {
    arn = arn_prefix(caller) + (reference.starts_with("alias/") ? "" : "key/") + reference;
  }
  if (const auto alias = aliases.find(arn); alias != aliases.end()) arn = alias->second;
  const auto key = keys.find(arn);
  if (key == keys.end() || !allows_account(key->second, caller.account)) return nullptr;
  return &key->second;
}

KmsKey& KmsModel::managed_key(const Caller& caller, const std::string& service, core::Instant now) {
  const std::string alias = arn_prefix(caller) + "alias/aws/" + service;
  if (const auto found = aliases.find(alias); found != aliases.end()) {
    return keys.at(found->second);
  }
  KmsKey& key = create_key(caller, now);
  key.is_aws_managed = true;
  key.policy = managed_policy(caller, service);
  key.is_rotated = true;
  key.description =
      fmt::format("Default key that protects my {} data when no other key is defined", service);
  aliases[alias] = key.arn;
  return key;
}

KmsKey& KmsModel::create_key(const Caller& caller, core::Instant now, bool is_multi_region) {
  std::string key_id = ids.uuid();
  if (is_multi_region) {
    // The id tells a multi-region key: "mrk-" and the uuid without its dashes.
    std::erase(key_id, '-');
    key_id.insert(0, "mrk-");
  }
  const std::string arn = arn_prefix(caller) + "key/" + key_id;
  KmsKey& key = keys[arn];
  key.key_id = key_id;
  key.arn = arn;
  key.account = caller.account;
  key.region = caller.region;
  key.policy = default_policy(caller);
  key.create_time = now;
  key.is_multi_region = is_multi_region;
  return key;
}

ServiceResult<void> KmsModel::update_alias(const Caller& caller, const std::string& name,
                                           const std::string& key_id) {
  const auto alias = aliases.find(arn_prefix(caller) + name);
  if (name.starts_with("alias/aws/")) {
    return std::unexpected(ServiceError{400, "NotAuthorizedException", ""});
  }
  if (alias == aliases.end()) {
    return std::unexpected(
        ServiceError{400, "NotFoundException",
                     fmt::format("Alias {}{} is not found.", arn_prefix(caller), name)});
  }
  const KmsKey* key = find(caller, key_id);
  if (key == nullptr || key->account != caller.account) {
    return std::unexpected(
        ServiceError{400, "NotFoundException", fmt::format("Key '{}' does not exist", key_id)});
  }
  alias->second = key->arn;
  return {};
}

ServiceResult<void> KmsModel::create_alias(const Caller& caller, const std::string& name,
                                           const std::string& key_id) {
  const auto refuse = [](std::string_view code, std::string message) {
    return std::unexpected(ServiceError{400, std::string(code), std::move(message)});
  };
  if (!name.starts_with("alias/") || name.size() == std::string_view("alias/").size()) {
    return refuse("ValidationException", "Invalid identifier");
  }
  if (name.starts_with("alias/aws/")) return refuse("NotAuthorizedException", "");
  const std::string arn = arn_prefix(caller) + name;
  if (aliases.contains(arn)) {
    return refuse("AlreadyExistsException",
                  fmt::format("An alias with the name {} already exists", arn));
  }
  const KmsKey* key = find(caller, key_id);
  if (key == nullptr || key->account != caller.account) {
    return refuse("NotFoundException", fmt::format("Key '{}' does not exist", key_id));
  }
  aliases[arn] = key->arn;
  return {};
}

KmsGrant& KmsModel::add_grant(const KmsKey& key, const std::string& grantee,
                              std::vector<std::string> operations, core::Instant now) {
  KmsGrant& grant = grants.emplace_back();
  // KMS shows 64 hexadecimal characters.
  grant.grant_id = ids.text(64, "0123456789abcdef");
  grant.key_arn = key.arn;
  grant.grantee_principal = grantee;
  grant.operations = std::move(operations);
  grant.create_time = now;
  return grant;
}

void KmsModel::settle(core::Instant now) {
  for (auto key = keys.begin(); key != keys.end();) {
    if (!key->second.deletion_time || *key->second.deletion_time > now) {
      ++key;
      continue;
    }
    std::erase_if(aliases, [&](const auto& alias) { return alias.second == key->first; });
    std::erase_if(grants, [&](const KmsGrant& grant) { return grant.key_arn == key->first; });
    key = keys.erase(key);
  }
}

json::value KmsModel::save() const {
  json::array saved_keys;
  for (const auto& [arn, key] : keys) saved_keys.push_back(save_key(key));
  json::array saved_grants;
  for (const KmsGrant& grant : grants) {
    saved_grants.push_back(json::object{{"grant_id", grant.grant_id},
                                        {"key_arn", grant.key_arn},
                                        {"name", grant.name},
                                        {"grantee_principal", grant.grantee_principal},
                                        {"retiring_principal", grant.retiring_principal},
                                        {"operations", json::value_from(grant.operations)},
                                        {"create_time_ms", to_ms(grant.create_time)}});
  }
  return json::object{{"ids_drawn", ids.drawn()},
                      {"keys", std::move(saved_keys)},
                      {"aliases", json::value_from(aliases)},
                      {"grants", std::move(saved_grants)}};
}

void KmsModel::load(const json::value& saved) {
  const json::object& root = saved.as_object();
  ids.set_drawn(json::value_to<unsigned long>(root.at("ids_drawn")));
  keys.clear();
  grants.clear();
  for (const json::value& item : root.at("keys").as_array()) {
    KmsKey key = load_key(item.as_object());
    keys[key.arn] = std::move(key);
  }
  aliases = json::value_to<std::map<std::string, std::string>>(root.at("aliases"));
  for (const json::value& item : root.at("grants").as_array()) {
    const json::object& grant = item.as_object();
    grants.push_back(
        {.grant_id = text_at(grant, "grant_id"),
         .key_arn = text_at(grant, "key_arn"),
         .name = text_at(grant, "name"),
         .grantee_principal = text_at(grant, "grantee_principal"),
         .retiring_principal = text_at(grant, "retiring_principal"),
         .operations = json::value_to<std::vector<std::string>>(grant.at("operations")),
         .create_time = from_ms(grant.at("create_time_ms"))});
  }
}

}  // namespace snapferry::emulator
