// The chain, and the provider that keeps what it found.
// SPDX-License-Identifier: Apache-2.0
#include "aws/credentials/credentials.h"

#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aws/credentials/credentials_source.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

// Source: rds-facts 8.2 (botocore 1.43 credentials.py), 2026-08.
constexpr core::Milliseconds kAdvisory = std::chrono::minutes(15);
constexpr core::Milliseconds kMandatory = std::chrono::minutes(10);
// After a refresh that failed or brought nothing newer, while the old credentials still serve:
// short enough to be there in time, long enough not to burden a source in trouble.
constexpr core::Milliseconds kRefreshPause = std::chrono::minutes(1);

// Appends a source's note, and returns its credentials, if it has any.
std::optional<Credentials> taken(Found found, std::vector<std::string>& notes) {
  if (!found.credentials) notes.push_back(std::move(found.note));
  return std::move(found.credentials);
}

core::Error nothing_found(const Settings& settings, const std::vector<std::string>& notes) {
  core::Error error;
  error.kind = ErrorKind::denied;
  error.message = fmt::format("no aws credentials found for profile {}; tried {}", settings.profile,
                              fmt::join(notes, ", "));
  error.hint =
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile made by aws "
      "configure or aws configure sso.";
  return error;
}

core::Result<Credentials> follow_chain(const SourceContext& context) {
  const Settings& settings = context.settings;
  std::vector<std::string> notes;
  if (settings.is_profile_chosen) {
    notes.emplace_back("environment: not asked, a profile was named");
  } else if (auto found = taken(TRY(from_environment(context)), notes)) {
    return *found;
  }
  if (auto found = taken(TRY(from_assume_role(context, settings.profile)), notes)) return *found;
  const bool use_environment = !settings.is_profile_chosen;
  Found of_profile = TRY(from_profile(context, settings.profile, use_environment, notes));
  if (of_profile.credentials) return *of_profile.credentials;
  if (auto found = taken(TRY(from_container(context)), notes)) return *found;
  if (auto found = taken(TRY(from_instance_metadata(context)), notes)) return *found;
  return std::unexpected(nothing_found(settings, notes));
}

// Two locks: `state_` for what is kept, held for moments; `fetching_` for the one fetch at a time,
// held as long as that takes, and always taken first.
class CachingProvider : public CredentialsProvider {
 public:
  CachingProvider(const Settings& settings, HttpTransport& transport, core::Clock& clock)
      : context_{settings, transport, clock} {}

  core::Result<Credentials> get(core::Instant now) override {
    std::unique_lock fetching(fetching_, std::defer_lock);
    unsigned long seen = 0;
    {
      const std::lock_guard lock(state_);
      switch (need(now)) {
        case Need::none:
          return *kept_;
        case Need::advisory:
          // Somebody is at it already: go on with what we have.
          if (!fetching.try_lock()) return *kept_;
          break;
        case Need::mandatory:
          seen = fetches_;
          break;
      }
    }
    if (!fetching.owns_lock()) {
      fetching.lock();
      const std::lock_guard lock(state_);
      if (need(now) == Need::none) return *kept_;
      // A failure that came while we waited is our answer too: eight threads that ask together must
      // not wait eight time-outs in a row.
      if (fetches_ != seen && failure_) return std::unexpected(*failure_);
    }
    return fetch(now);
  }

  void invalidate() override {
    const std::lock_guard lock(state_);
    is_invalid_ = true;
  }

 private:
  enum class Need { none, advisory, mandatory };

  // Requires: `state_` is held.
  [[nodiscard]] Need need(core::Instant now) const {
    if (!kept_ || is_invalid_) return Need::mandatory;
    if (!kept_->expiration) return Need::none;
    const auto left = *kept_->expiration - now;
    if (left > kAdvisory) return Need::none;
    if (serves(now) && now - fetched_at_ < kRefreshPause) return Need::none;
    return left > kMandatory ? Need::advisory : Need::mandatory;
  }

  // Requires: `state_` is held, and something is kept.
  [[nodiscard]] bool serves(core::Instant now) const {
    return !is_invalid_ &&
           (!kept_->expiration || *kept_->expiration > now || kept_->is_kept_when_stale);
  }

  // Requires: `fetching_` is held.
  core::Result<Credentials> fetch(core::Instant now) {
    auto fetched = follow_chain(context_);
    const std::lock_guard lock(state_);
    ++fetches_;
    fetched_at_ = now;
    if (fetched) {
      kept_ = *fetched;
      is_invalid_ = false;
      failure_.reset();
      return fetched;
    }
    failure_ = fetched.error();
    if (kept_ && serves(now)) return *kept_;
    return fetched;
  }

  SourceContext context_;
  std::mutex fetching_;
  std::mutex state_;
  std::optional<Credentials> kept_;
  std::optional<core::Error> failure_;  ///< of the last fetch
  bool is_invalid_ = false;
  unsigned long fetches_ = 0;
  core::Instant fetched_at_{};
};

}  // namespace

core::Result<Found> from_profile(const SourceContext& context, const std::string& profile,
                                 bool use_environment, std::vector<std::string>& notes) {
  if (auto found = taken(TRY(from_web_identity(context, profile, use_environment)), notes)) {
    return Found{.credentials = std::move(found), .note = {}};
  }
  using Source = core::Result<Found> (*)(const SourceContext&, const std::string&);
  for (const Source source :
       {from_sso, from_credentials_file, from_credential_process, from_config_file}) {
    if (auto found = taken(TRY(source(context, profile)), notes)) {
      return Found{.credentials = std::move(found), .note = {}};
    }
  }
  return Found{};
}

core::Result<std::unique_ptr<CredentialsProvider>> make_credentials(const Settings& settings,
                                                                    HttpTransport& transport,
                                                                    core::Clock& clock) {
  return std::make_unique<CachingProvider>(settings, transport, clock);
}

}  // namespace snapferry::aws
