// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/iam_model.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Source: IAM User Guide, "IAM and STS quotas", 2023: characters without white space; the trust
// policy's is the default quota.
constexpr size_t kInlinePoliciesMax = 10240;
constexpr size_t kTrustPolicyMax = 2048;
constexpr size_t kTagsMax = 50;
constexpr size_t kAttachedMax = 10;

// Source: AWS Managed Policy Reference, 2023.
constexpr auto kManagedPolicies = std::to_array<ManagedPolicy>({
    {"AWSLambdaBasicExecutionRole", "policy/service-role/AWSLambdaBasicExecutionRole",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup",)"
     R"("logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})"},
    {"AdministratorAccess", "policy/AdministratorAccess",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
});

std::string role_key(const core::AccountId& account, std::string_view name) {
  std::string key = account.str() + "/";
  for (const char c : name) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return key;
}

size_t counted(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return c != ' ' && c != '\n' && c != '\t' && c != '\r'; }));
}

ServiceResult<IamPolicy> read_policy(const std::string& text, PolicyKind kind) {
  auto document = parse_policy(text, kind);
  if (!document) return refuse(400, "MalformedPolicyDocument", document.error());
  return IamPolicy{.text = text, .document = std::move(*document)};
}

ServiceResult<IamPolicy> read_trust(const std::string& text) {
  if (counted(text) > kTrustPolicyMax) {
    return refuse(409, "LimitExceeded",
                  fmt::format("Cannot exceed quota for ACLSizePerRole: {}", kTrustPolicyMax));
  }
  return read_policy(text, PolicyKind::trust);
}

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

// What was saved passed the parser once; a file edited by hand may not.
IamPolicy load_policy(const json::value& saved, PolicyKind kind) {
  IamPolicy policy{.text = std::string(saved.as_string()), .document = {}};
  auto document = parse_policy(policy.text, kind);
  if (!document) throw std::runtime_error("iam policy: " + document.error());
  policy.document = std::move(*document);
  return policy;
}

// Parsed once: evaluation asks for them at every call.
const PolicyDocument& managed_document(const ManagedPolicy& policy) {
  static const std::map<std::string_view, PolicyDocument> documents = [] {
    std::map<std::string_view, PolicyDocument> parsed;
    for (const ManagedPolicy& one : kManagedPolicies) {
      parsed[one.name] = parse_policy(one.text, PolicyKind::identity).value();
    }
    return parsed;
  }();
  return documents.at(policy.name);
}

}  // namespace

const ManagedPolicy* find_managed_policy(std::string_view arn) {
  const auto parsed = core::parse_arn(arn);
  if (!parsed || parsed->service != "iam" || parsed->account.str() != "aws") return nullptr;
  const auto* found =
      std::ranges::find(kManagedPolicies, parsed->resource, &ManagedPolicy::arn_resource);
  return found == kManagedPolicies.end() ? nullptr : found;
}

ServiceResult<IamRole*> IamModel::create_role(const Caller& caller, const NewRole& wanted,
                                              core::Instant now) {
  const std::string key = role_key(caller.account, wanted.name);
  if (roles.contains(key)) {
    return refuse(409, "EntityAlreadyExists",
                  fmt::format("Role with name {} already exists.", wanted.name));
  }
  if (wanted.tags.size() > kTagsMax) {
    return refuse(409, "LimitExceeded",
                  fmt::format("Cannot exceed quota for TagsPerRole: {}", kTagsMax));
  }
  IamRole role{.name = wanted.name, .path = wanted.path};
  role.trust = TRY(read_trust(wanted.trust_policy));
  role.role_id = "AROA" + ids.text(17, kBase32);
  role.arn = fmt::format("arn:{}:iam::{}:role{}{}", caller.partition, caller.account.str(),
                         wanted.path, wanted.name);
  role.account = caller.account;
  role.description = wanted.description;
  role.max_session_seconds = wanted.max_session_seconds;
  role.tags = wanted.tags;
  role.create_time = now;
  accounts.insert(caller.account.str());
  return &(roles[key] = std::move(role));
}

ServiceResult<IamRole*> IamModel::need_role(const Caller& caller, const std::string& name) {
  const auto found = roles.find(role_key(caller.account, name));
  if (found == roles.end()) {
    return refuse(404, "NoSuchEntity", fmt::format("The role with name {} cannot be found.", name));
  }
  return &found->second;
}

ServiceResult<void> IamModel::delete_role(const Caller& caller, const std::string& name) {
  const IamRole* role = TRY(need_role(caller, name));
  if (!role->attached.empty()) {
    return refuse(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
  }
  if (!role->inline_policies.empty()) {
    return refuse(409, "DeleteConflict", "Cannot delete entity, must delete policies first.");
  }
  roles.erase(role_key(caller.account, name));
  return {};
}

ServiceResult<void> IamModel::put_trust(IamRole& role, const std::string& text) {
  role.trust = TRY(read_trust(text));
  return {};
}

ServiceResult<void> IamModel::put_policy(IamRole& role, const std::string& name,
                                         const std::string& text) {
  IamPolicy policy = TRY(read_policy(text, PolicyKind::identity));
  size_t size = counted(text);
  for (const auto& [other, kept] : role.inline_policies) {
    if (other != name) size += counted(kept.text);
  }
  if (size > kInlinePoliciesMax) {
    return refuse(409, "LimitExceeded",
                  fmt::format("Maximum policy size of {} bytes exceeded for role {}",
                              kInlinePoliciesMax, role.name));
  }
  role.inline_policies[name] = std::move(policy);
  return {};
}

ServiceResult<void> IamModel::delete_policy(IamRole& role, const std::string& name) {
  if (role.inline_policies.erase(name) == 0) {
    return refuse(404, "NoSuchEntity",
                  fmt::format("The role policy with name {} cannot be found.", name));
  }
  return {};
}

ServiceResult<void> IamModel::attach(IamRole& role, const std::string& policy_arn) {
  if (find_managed_policy(policy_arn) == nullptr) {
    return refuse(404, "NoSuchEntity",
                  fmt::format("Policy {} does not exist or is not attachable.", policy_arn));
  }
  if (!role.attached.contains(policy_arn) && role.attached.size() >= kAttachedMax) {
    return refuse(409, "LimitExceeded",
                  fmt::format("Cannot exceed quota for PoliciesPerRole: {}", kAttachedMax));
  }
  role.attached.insert(policy_arn);
  return {};
}

ServiceResult<void> IamModel::detach(IamRole& role, const std::string& policy_arn) {
  if (role.attached.erase(policy_arn) == 0) {
    return refuse(404, "NoSuchEntity", fmt::format("Policy {} was not found.", policy_arn));
  }
  return {};
}

const IamRole* IamModel::find(const core::AccountId& account, std::string_view name) const {
  const auto found = roles.find(role_key(account, name));
  return found == roles.end() ? nullptr : &found->second;
}

const IamRole* IamModel::find_by_arn(const std::string& arn) const {
  const auto parsed = core::parse_arn(arn);
  if (!parsed) return nullptr;
  const std::string& resource = parsed->resource;
  const IamRole* role = find(parsed->account, resource.substr(resource.rfind('/') + 1));
  return role != nullptr && role->arn == arn ? role : nullptr;
}

std::vector<const PolicyDocument*> IamModel::policies_of(const IamRole& role) {
  std::vector<const PolicyDocument*> documents;
  documents.reserve(role.inline_policies.size() + role.attached.size());
  for (const auto& [name, policy] : role.inline_policies) documents.push_back(&policy.document);
  for (const std::string& arn : role.attached) {
    documents.push_back(&managed_document(*find_managed_policy(arn)));
  }
  return documents;
}

json::value IamModel::save() const {
  json::array saved;
  for (const auto& [key, role] : roles) {
    json::object policies;
    for (const auto& [name, policy] : role.inline_policies) policies[name] = policy.text;
    saved.push_back(json::object{{"name", role.name},
                                 {"path", role.path},
                                 {"role_id", role.role_id},
                                 {"arn", role.arn},
                                 {"account", role.account.str()},
                                 {"description", role.description},
                                 {"max_session_seconds", role.max_session_seconds},
                                 {"trust", role.trust.text},
                                 {"inline_policies", std::move(policies)},
                                 {"attached", json::value_from(role.attached)},
                                 {"tags", json::value_from(role.tags)},
                                 {"create_time_ms", role.create_time.time_since_epoch().count()}});
  }
  return json::object{{"ids_drawn", ids.drawn()},
                      {"roles", std::move(saved)},
                      {"accounts", json::value_from(accounts)}};
}

void IamModel::load(const json::value& saved) {
  const json::object& root = saved.as_object();
  ids.set_drawn(json::value_to<unsigned long>(root.at("ids_drawn")));
  accounts = json::value_to<std::set<std::string>>(root.at("accounts"));
  roles.clear();
  for (const json::value& item : root.at("roles").as_array()) {
    const json::object& one = item.as_object();
    IamRole role{.name = text_at(one, "name"), .path = text_at(one, "path")};
    role.role_id = text_at(one, "role_id");
    role.arn = text_at(one, "arn");
    role.account = core::AccountId(text_at(one, "account"));
    role.description = text_at(one, "description");
    role.max_session_seconds = one.at("max_session_seconds").as_int64();
    role.trust = load_policy(one.at("trust"), PolicyKind::trust);
    for (const auto& policy : one.at("inline_policies").as_object()) {
      role.inline_policies[policy.key()] = load_policy(policy.value(), PolicyKind::identity);
    }
    role.attached = json::value_to<std::set<std::string>>(one.at("attached"));
    role.tags = json::value_to<std::map<std::string, std::string>>(one.at("tags"));
    role.create_time = core::Instant(core::Milliseconds(one.at("create_time_ms").as_int64()));
    roles[role_key(role.account, role.name)] = std::move(role);
  }
}

}  // namespace snapferry::emulator
