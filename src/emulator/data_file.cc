// SPDX-License-Identifier: Apache-2.0
#include "emulator/data_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using core::ErrorKind;
using core::fail;

// Raised when a field changes its meaning; an older file is then refused, not guessed at.
constexpr long kFormat = 2;

constexpr const char* kHint =
    "Move the file away to start with an empty emulator, or restore it from a copy.";

// Keys before what they encrypt, roles before what runs under them.
template <class Visit>
void for_each_part(World& world, Visit visit) {
  visit("kms", world.kms);
  visit("sts", world.sts);
  visit("iam", world.iam);
  visit("sns", world.sns);
  visit("sqs", world.sqs);
  visit("s3", world.s3);
  visit("ssm", world.ssm);
  visit("logs", world.logs);
  visit("metrics", world.metrics);
  visit("rds", world.rds);
  visit("lambda", world.lambda);
  visit("events", world.events);
  visit("cloudformation", world.cloudformation);
}

}  // namespace

DataFile::~DataFile() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

core::Result<void> DataFile::lock() {
  // Said before anything is written: a folder's lock would be a file beside the folder.
  std::error_code error;
  const auto status = std::filesystem::status(path_, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return fail(ErrorKind::invalid,
                fmt::format("data file {} is a folder or a device, not a file", path_),
                "Name a file in a folder that exists; the file itself need not.");
  }
  const std::string beside = path_ + ".lock";
  lock_fd_ = ::open(beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_fd_ < 0) {
    return fail(ErrorKind::invalid, fmt::format("data file {} cannot be written: {}: {}", path_,
                                                beside, std::strerror(errno)));
  }
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) {
    return fail(ErrorKind::invalid,
                fmt::format("data file {} is in use by another emulator", path_),
                "Stop that emulator, or name another file.");
  }
  return fail(ErrorKind::invalid, fmt::format("data file {} cannot be locked: {}: {}", path_,
                                              beside, std::strerror(errno)));
}

core::Result<bool> DataFile::load(World& world) {
  std::ifstream file(path_, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return false;
    return fail(ErrorKind::invalid,
                fmt::format("data file {} cannot be read: {}", path_, std::strerror(errno)));
  }
  std::string text;
  try {
    text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  } catch (const std::exception& exception) {
    return fail(ErrorKind::invalid,
                fmt::format("data file {} cannot be read: {}", path_, exception.what()));
  }

  json::stream_parser parser;
  json::error_code error;
  const size_t used = parser.write_some(text, error);
  if (!error && !parser.done()) error = json::make_error_code(json::error::incomplete);
  if (!error && text.find_first_not_of(" \r\n\t", used) != std::string::npos) {
    error = json::make_error_code(json::error::extra_data);
  }
  if (error) {
    return fail(
        ErrorKind::invalid,
        fmt::format("data file {} is damaged at offset {}: {}", path_, used, error.message()),
        kHint);
  }

  const std::scoped_lock lock(world.mutex);
  std::string part = "format";
  try {
    const json::value saved = parser.release();
    const json::object& root = saved.as_object();
    const long format = root.at("format").as_int64();
    if (format != kFormat) {
      return fail(
          ErrorKind::invalid,
          fmt::format("data file {} has format {}, this program reads {}", path_, format, kFormat),
          kHint);
    }
    part = "clock";
    const json::object& clock = root.at("clock").as_object();
    world.clock.restore(core::Milliseconds(clock.at("advanced_ms").as_int64()),
                        core::Milliseconds(clock.at("worked_ms").as_int64()));
    for_each_part(world, [&](const char* name, auto& model) {
      part = name;
      model.load(root.at(name));
    });
  } catch (const std::exception& exception) {
    return fail(ErrorKind::invalid,
                fmt::format("data file {} is damaged in \"{}\": {}", path_, part, exception.what()),
                kHint);
  }
  return true;
}

core::Result<void> DataFile::save(World& world) {
  const std::scoped_lock file_lock(mutex_);
  json::object root = {{"format", kFormat}};
  {
    const std::scoped_lock lock(world.mutex);
    root["clock"] = json::object{{"advanced_ms", world.clock.advanced().count()},
                                 {"worked_ms", world.clock.worked().count()}};
    for_each_part(world, [&](const char* name, auto& model) { root[name] = model.save(); });
  }
  const std::string beside = path_ + ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << json::serialize(root) << '\n';
  file.close();
  if (!file || std::rename(beside.c_str(), path_.c_str()) != 0) {
    return fail(ErrorKind::invalid,
                fmt::format("data file {} cannot be written: {}", path_, std::strerror(errno)));
  }
  return {};
}

}  // namespace snapferry::emulator
