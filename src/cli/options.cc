// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/nearest_name.h"
#include "core/version.h"

namespace snapferry::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit codes:\n"
    "  0    done (for apply without --wait: started, or nothing to do)\n"
    "  1    failed\n"
    "  2    usage or policy: the command line or a configuration file is wrong\n"
    "  3    partly done: some steps failed or are blocked, others went well\n"
    "  4    status: the newest copy is older than --rpo, or there is none; doctor: something that\n"
    "       a policy needs is missing\n"
    "  70   a bug of snapferry\n"
    "  130  interrupted\n";

constexpr const char* kAbout =
    "Keeps a recent, restorable copy of every Amazon RDS database in another region, and can\n"
    "prove it. A run observes AWS, plans, and starts what can be started; AWS is its only\n"
    "memory, so running it again is always safe.";

constexpr const char* kExamples =
    "\nExample:\n"
    "  snapferry plan   --db orders --from eu-west-1 --to eu-central-1 --key alias/dr\n"
    "  snapferry apply  --db orders --from eu-west-1 --to eu-central-1 --key alias/dr --wait\n"
    "  snapferry status --db orders --from eu-west-1 --to eu-central-1 --key alias/dr --rpo 26h\n"
    "  snapferry plan   --policy fleet.yaml\n"
    "\nWithout an AWS account: snapferry emulator --lab\n\n";

void add_policy(CLI::App& verb, PolicyFlags& flags) {
  auto* instance = verb.add_option("--db", flags.database, "The DB instance's identifier");
  instance->type_name("ID");
  verb.add_option("--cluster", flags.cluster,
                  "The identifier of a cluster, in place of --db: Aurora, Multi-AZ, Neptune or "
                  "DocumentDB")
      ->type_name("ID")
      ->excludes(instance);
  verb.add_option("--from", flags.source_region,
                  "Region of the database (default: AWS_REGION or the profile's region)")
      ->type_name("REGION");
  verb.add_option("--to", flags.target_region, "Region of the copies")->type_name("REGION");
  verb.add_option("--key", flags.kms_key,
                  "KMS key of the target region: id, ARN, alias/name or alias ARN. Needed when the "
                  "database is encrypted; an unencrypted one becomes encrypted by it")
      ->type_name("KEY");
  verb.add_option("--snapshot-name", flags.snapshot_name,
                  "Name template; {time} is the slot, {db} the identifier")
      ->capture_default_str()
      ->type_name("TEMPLATE");
  verb.add_option("--copy-name", flags.copy_name, "Name template of the copies")
      ->capture_default_str()
      ->type_name("TEMPLATE");
  verb.add_option("--schedule", flags.schedule, "How often a snapshot is due")
      ->capture_default_str()
      ->type_name("RATE");
  verb.add_option("--spread", flags.spread,
                  "Slots of different databases lie apart by up to this; 0 turns it off")
      ->capture_default_str()
      ->type_name("LENGTH");
  verb.add_option("--rpo", flags.rpo, "How old the newest copy's data may be")
      ->capture_default_str()
      ->type_name("LENGTH");
  verb.add_option("--keep-days", flags.keep_days,
                  "Delete snapshots of this policy in --from that are older; never the newest, nor "
                  "what the target lacks (default: keep everything)")
      ->type_name("N");
  verb.add_option("--copy-keep-days", flags.copy_keep_days,
                  "Delete copies of this policy in --to that are older; never the newest (default: "
                  "keep everything)")
      ->type_name("N");
  verb.add_option("--tag", flags.tags, "A tag for every snapshot and copy; may be repeated")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->expected(1);
  verb.add_option("--option-group", flags.option_group,
                  "Option group at the target for the copies (default: the engine's default group)")
      ->type_name("NAME");
  const std::vector<CLI::Option*> of_one_database = verb.get_options([](const CLI::Option* option) {
    return option->get_name() != "--help" && option->get_name() != "-h,--help";
  });
  CLI::Option* file =
      verb.add_option("--policy", flags.file,
                      "A policy file (docs/policy.md) for many databases, in place of the flags "
                      "above; - reads it from stdin")
          ->type_name("FILE");
  for (CLI::Option* option : of_one_database) file->excludes(option);
}

// Without a policy file the database and the target must be named.
core::Result<void> require_policy(const PolicyFlags& flags, bool is_now = false,
                                  std::string_view alert_topic = {}) {
  if (!flags.file.empty() && is_now) {
    return core::fail(core::ErrorKind::invalid, "--now is for one database, not for --policy",
                      "Name the database with --db, --to and --key.");
  }
  if (!flags.file.empty() && !alert_topic.empty()) {
    return core::fail(core::ErrorKind::invalid, "--alert is for one database, not for --policy",
                      "Name the topic in the policy file: alerts: {topic: ARN}.");
  }
  if (!flags.file.empty()) return {};
  const bool is_database_missing = flags.database.empty() && flags.cluster.empty();
  if (!is_database_missing && !flags.target_region.empty()) return {};
  return core::fail(
      core::ErrorKind::invalid,
      fmt::format("{} is required", is_database_missing ? "--db or --cluster" : "--to"),
      "Name one database with --db, --to and --key, or many with --policy FILE.");
}

void add_deletes(CLI::App& verb, DeleteFlags& flags) {
  auto* max =
      verb.add_option("--max-deletes", flags.deletes_max,
                      "How many snapshots that no rule keeps a run may delete (default: a fifth of "
                      "what is managed, at least 10); more, and it deletes none")
          ->type_name("N")
          ->check(CLI::Range(0, 1'000'000));
  verb.add_flag("--yes", flags.is_yes, "Any number of deletes")->excludes(max);
}

void add_alert(CLI::App& verb, std::string& topic) {
  verb.add_option("--alert", topic,
                  "SNS topic to tell when something failed or the RPO is missed; nothing is sent "
                  "when all is well")
      ->type_name("TOPIC_ARN");
}

void add_output(CLI::App& verb, OutputFlags& flags) {
  verb.add_option("--profile", flags.profile, "Profile of ~/.aws (default: AWS_PROFILE)")
      ->type_name("NAME");
  verb.add_flag("--json", flags.is_json,
                "JSON on stdout: one document; for apply one object a line, the last a summary");
  auto* quiet = verb.add_flag("--quiet", flags.is_quiet, "Errors only");
  verb.add_flag("--verbose", flags.is_verbose,
                "Every call to AWS, on stderr; plan also says what is kept, and by which rule")
      ->excludes(quiet);
}

// Everything CLI11 parses into; Options is made of it once the verb is known.
struct Parsed {
  PlanOptions plan;
  ApplyOptions apply;
  StatusOptions status;
  DoctorOptions doctor;
  PolicyCheckOptions policy_check;
  EmulatorFlags emulator;
};

void add_verbs(CLI::App& app, Parsed& parsed) {
  CLI::App* plan = app.add_subcommand("plan", "Show what apply would do, and why. Reads only");
  add_policy(*plan, parsed.plan.policy);
  add_deletes(*plan, parsed.plan.deletes);
  add_output(*plan, parsed.plan.output);
  plan->add_flag("--now", parsed.plan.is_now, "As if a snapshot were taken now, off schedule");

  CLI::App* apply = app.add_subcommand("apply", "Start what is due now; with --wait, see it done");
  add_policy(*apply, parsed.apply.policy);
  add_deletes(*apply, parsed.apply.deletes);
  add_alert(*apply, parsed.apply.alert_topic);
  add_output(*apply, parsed.apply.output);
  apply->add_flag("--now", parsed.apply.is_now, "Take a snapshot now, off schedule");
  auto* wait = apply->add_flag("--wait", parsed.apply.is_wait,
                               "Go on until snapshot and copy are available");
  apply->add_option("--timeout", parsed.apply.timeout, "How long --wait goes on at most")
      ->capture_default_str()
      ->type_name("LENGTH")
      ->needs(wait);

  CLI::App* status = app.add_subcommand(
      "status", "Show the recovery points; exit 4 when the newest copy is too old. Reads only");
  add_policy(*status, parsed.status.policy);
  add_alert(*status, parsed.status.alert_topic);
  add_output(*status, parsed.status.output);

  CLI::App* doctor = app.add_subcommand(
      "doctor",
      "Check credentials, rights, keys, option groups and quotas, and say what mends them; exit 4 "
      "when something is missing. Reads only");
  add_policy(*doctor, parsed.doctor.policy);
  add_output(*doctor, parsed.doctor.output);

  CLI::App* policy = app.add_subcommand("policy", "Work on a policy file, without asking AWS");
  policy->require_subcommand(1);
  CLI::App* check = policy->add_subcommand(
      "check", "Say all that is wrong with a policy file, each with its place and the way out");
  check->add_option("FILE", parsed.policy_check.file, "The policy file; - reads stdin")->required();
  check->add_flag("--json", parsed.policy_check.is_json, "JSON on stdout: one document");

  CLI::App* emulator = app.add_subcommand(
      "emulator", "Run the embedded AWS on this machine, for trying and testing");
  emulator->add_option("--address", parsed.emulator.address, "Address to listen on")
      ->capture_default_str();
  emulator->add_option("--port", parsed.emulator.port, "Port; 0 takes a free one")
      ->capture_default_str();
  emulator
      ->add_option("--speed", parsed.emulator.speed,
                   "Snapshots and copies go this many times as fast; 0: only when advanced")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e6));
  emulator->add_flag("--lab", parsed.emulator.is_lab,
                     "With the instance gtp-paul-mysql-lab-db in eu-west-1 and the key alias/dr in "
                     "eu-central-1");
  emulator
      ->add_option("--fleet", parsed.emulator.fleet_count,
                   "The lab with N more databases of every kind, for trying a policy file")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  emulator->add_option("--data", parsed.emulator.data_file, "Keep the state in this file")
      ->type_name("FILE");
  for (CLI::App* verb : app.get_subcommands({})) verb->footer(kExitCodes);
}

std::string did_you_mean(const std::string& text, const std::vector<std::string>& known,
                         const std::string& otherwise) {
  const std::string nearest = core::nearest_name(text, known);
  return nearest.empty() ? otherwise : fmt::format("Did you mean {}?", nearest);
}

std::vector<std::string> flags_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// CLI11 reports unknown words as "extras"; the verb that was reached tells which flags were
// possible.
core::Error usage_error(const CLI::App& app, const CLI::ParseError& problem) {
  const CLI::App* verb = &app;
  for (const CLI::App* chosen : app.get_subcommands()) verb = chosen;
  core::Error error;
  error.kind = core::ErrorKind::invalid;
  error.message = problem.what();
  const std::string help = verb == &app ? "See snapferry --help."
                                        : fmt::format("See snapferry {} --help.", verb->get_name());
  error.hint = help;
  const std::vector<std::string> extras = app.remaining(true);
  if (!extras.empty()) {
    const std::string word = extras.front().substr(0, extras.front().find('='));
    if (word.starts_with("-")) {
      error.message = fmt::format("there is no flag {}", word);
      error.hint = did_you_mean(word, flags_of(*verb), help);
    } else if (verb == &app) {
      std::vector<std::string> verbs;
      for (const CLI::App* known : app.get_subcommands([](const CLI::App*) { return true; })) {
        verbs.push_back(known->get_name());
      }
      error.message = fmt::format("there is no command {}", word);
      error.hint = did_you_mean(word, verbs, help);
    } else {
      error.message = fmt::format("{} takes no argument \"{}\"", verb->get_name(), word);
    }
  } else if (!error.message.empty() && error.message.back() == '.') {
    error.message.pop_back();
  }
  return error;
}

}  // namespace

core::Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Parsed parsed;
  CLI::App app(kAbout, "snapferry");
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("snapferry {}", core::kVersion));
  app.footer(std::string(kExamples) + kExitCodes);
  app.get_formatter()->column_width(34);
  add_verbs(app, parsed);
  if (arguments.empty()) return ShowText{app.help()};
  try {
    // CLI11 takes them last first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForVersion& version) {
    return ShowText{std::string(version.what()) + "\n"};
  } catch (const CLI::CallForHelp&) {
    const CLI::App* verb = &app;
    for (const CLI::App* chosen : app.get_subcommands()) verb = chosen;
    for (const CLI::App* chosen : verb->get_subcommands()) verb = chosen;
    return ShowText{verb->help()};
  } catch (const CLI::ParseError& problem) {
    return std::unexpected(usage_error(app, problem));
  }
  const std::string verb = app.get_subcommands().front()->get_name();
  if (verb == "plan") {
    TRY(require_policy(parsed.plan.policy, parsed.plan.is_now));
    return parsed.plan;
  }
  if (verb == "apply") {
    TRY(require_policy(parsed.apply.policy, parsed.apply.is_now, parsed.apply.alert_topic));
    return parsed.apply;
  }
  if (verb == "status") {
    TRY(require_policy(parsed.status.policy, false, parsed.status.alert_topic));
    return parsed.status;
  }
  if (verb == "doctor") {
    TRY(require_policy(parsed.doctor.policy));
    return parsed.doctor;
  }
  if (verb == "policy") return parsed.policy_check;
  return parsed.emulator;
}

}  // namespace snapferry::cli
