// SPDX-License-Identifier: Apache-2.0
#include "emulator/sts/sts_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

}  // namespace

const StsSession* StsModel::find(const std::string& access_key_id) const {
  const auto found = sessions.find(access_key_id);
  return found == sessions.end() ? nullptr : &found->second;
}

const StsSession& StsModel::issue(const core::AccountId& account, const std::string& principal_arn,
                                  const std::string& user_id, core::Instant expiration) {
  // Lengths as AWS issues them: 4 + 16, 40, and a token of some hundred characters.
  const std::string access_key_id = "ASIA" + ids.text(16, kBase32);
  StsSession& session = sessions[access_key_id];
  session.access_key_id = access_key_id;
  session.secret_access_key = ids.text(40, kBase64);
  session.session_token = ids.text(356, kBase64) + "==";
  session.account = account;
  session.principal_arn = principal_arn;
  session.user_id = user_id;
  session.expiration = expiration;
  return session;
}

const std::string& StsModel::role_id(const std::string& role_arn) {
  std::string& id = role_ids[role_arn];
  if (id.empty()) id = "AROA" + ids.text(17, kBase32);
  return id;
}

json::value StsModel::save() const {
  json::array saved;
  for (const auto& [id, session] : sessions) {
    saved.push_back(json::object{{"access_key_id", session.access_key_id},
                                 {"secret_access_key", session.secret_access_key},
                                 {"session_token", session.session_token},
                                 {"account", session.account.str()},
                                 {"principal_arn", session.principal_arn},
                                 {"user_id", session.user_id},
                                 {"expiration_ms", session.expiration.time_since_epoch().count()}});
  }
  return json::object{{"ids_drawn", ids.drawn()},
                      {"sessions", std::move(saved)},
                      {"role_ids", json::value_from(role_ids)}};
}

void StsModel::load(const json::value& saved) {
  const json::object& root = saved.as_object();
  ids.set_drawn(json::value_to<unsigned long>(root.at("ids_drawn")));
  role_ids = json::value_to<std::map<std::string, std::string>>(root.at("role_ids"));
  sessions.clear();
  for (const json::value& item : root.at("sessions").as_array()) {
    const json::object& session = item.as_object();
    const std::string id = text_at(session, "access_key_id");
    sessions[id] = {
        .access_key_id = id,
        .secret_access_key = text_at(session, "secret_access_key"),
        .session_token = text_at(session, "session_token"),
        .account = core::AccountId(text_at(session, "account")),
        .principal_arn = text_at(session, "principal_arn"),
        .user_id = text_at(session, "user_id"),
        .expiration = core::Instant(core::Milliseconds(session.at("expiration_ms").as_int64()))};
  }
}

}  // namespace snapferry::emulator
