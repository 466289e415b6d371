// minizip reads through functions; these read from memory.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/runner/zip_archive.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <minizip/unzip.h>

namespace snapferry::emulator {
namespace {

struct MemoryFile {
  std::string_view bytes;
  size_t at = 0;
};

voidpf open_memory(voidpf opaque, const void*, int) {
  static_cast<MemoryFile*>(opaque)->at = 0;
  return opaque;
}

uLong read_memory(voidpf, voidpf stream, void* buffer, uLong size) {
  auto* file = static_cast<MemoryFile*>(stream);
  const size_t count = std::min<size_t>(size, file->bytes.size() - file->at);
  std::memcpy(buffer, file->bytes.data() + file->at, count);
  file->at += count;
  return count;
}

uLong write_memory(voidpf, voidpf, const void*, uLong) {
  return 0;
}

ZPOS64_T tell_memory(voidpf, voidpf stream) {
  return static_cast<MemoryFile*>(stream)->at;
}

long seek_memory(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto* file = static_cast<MemoryFile*>(stream);
  size_t from = 0;
  if (origin == ZLIB_FILEFUNC_SEEK_CUR) from = file->at;
  if (origin == ZLIB_FILEFUNC_SEEK_END) from = file->bytes.size();
  if (offset > file->bytes.size() - from) return -1;
  file->at = from + offset;
  return 0;
}

int close_memory(voidpf, voidpf) {
  return 0;
}

struct Close {
  void operator()(void* zip) const { unzClose(zip); }
};
using Zip = std::unique_ptr<void, Close>;

bool is_safe(const std::string& name) {
  const std::filesystem::path path(name);
  return !name.empty() && path.is_relative() &&
         std::ranges::none_of(path, [](const auto& part) { return part == ".."; });
}

std::expected<ZipEntry, ZipTrouble> read_entry(unzFile zip, size_t& room) {
  constexpr std::unexpected kDamaged(ZipTrouble::damaged);
  // A host of 3 is Unix: the upper half of the attributes is then its mode. Source: PKWARE
  // APPNOTE.TXT 6.3, 4.4.2.
  constexpr unsigned kUnix = 3;
  constexpr unsigned kTypeMask = 0170000;
  constexpr unsigned kSymbolicLink = 0120000;
  unz_file_info64 info{};
  std::array<char, 4096> name{};
  if (unzGetCurrentFileInfo64(zip, &info, name.data(), name.size() - 1, nullptr, 0, nullptr, 0) !=
      UNZ_OK) {
    return kDamaged;
  }
  ZipEntry entry{.name = name.data()};
  if (!is_safe(entry.name)) return kDamaged;
  if (info.version >> 8 == kUnix) {
    const unsigned mode = static_cast<unsigned>(info.external_fa >> 16);
    if ((mode & kTypeMask) == kSymbolicLink) return kDamaged;
    if ((mode & 0777) != 0) entry.mode = mode & 0777;
  }
  entry.is_folder = entry.name.ends_with('/');
  if (entry.is_folder) return entry;
  if (info.uncompressed_size > room) return std::unexpected(ZipTrouble::too_large);
  room -= info.uncompressed_size;
  if (unzOpenCurrentFile(zip) != UNZ_OK) return kDamaged;
  entry.content.resize(info.uncompressed_size);
  size_t done = 0;
  while (done < entry.content.size()) {
    const int count = unzReadCurrentFile(zip, entry.content.data() + done,
                                         static_cast<unsigned>(entry.content.size() - done));
    if (count <= 0) return kDamaged;
    done += static_cast<size_t>(count);
  }
  // Closing compares the checksum.
  if (unzCloseCurrentFile(zip) != UNZ_OK) return kDamaged;
  return entry;
}

}  // namespace

std::expected<std::vector<ZipEntry>, ZipTrouble> read_zip(std::string_view zip,
                                                          size_t unpacked_max) {
  constexpr std::unexpected kDamaged(ZipTrouble::damaged);
  MemoryFile memory{.bytes = zip};
  zlib_filefunc64_def functions{.zopen64_file = open_memory,
                                .zread_file = read_memory,
                                .zwrite_file = write_memory,
                                .ztell64_file = tell_memory,
                                .zseek64_file = seek_memory,
                                .zclose_file = close_memory,
                                .zerror_file = close_memory,
                                .opaque = &memory};
  const Zip opened(unzOpen2_64("", &functions));
  if (!opened) return kDamaged;
  std::vector<ZipEntry> entries;
  int state = unzGoToFirstFile(opened.get());
  for (; state == UNZ_OK; state = unzGoToNextFile(opened.get())) {
    auto entry = read_entry(opened.get(), unpacked_max);
    if (!entry) return std::unexpected(entry.error());
    entries.push_back(std::move(*entry));
  }
  if (state != UNZ_END_OF_LIST_OF_FILE || entries.empty()) return kDamaged;
  return entries;
}

}  // namespace snapferry::emulator
