// SPDX-License-Identifier: Apache-2.0
// The lazy bundle is an X509_LOOKUP_METHOD of our own: OpenSSL asks it for an issuer by name only
// after its store did not have it.
#include "aws/http/trust_store.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

namespace fs = std::filesystem;

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// Looks for one "<hash>.0"; the first is enough, so a folder of 300 entries is hardly read.
bool is_hashed_folder(const std::string& path) {
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".0") return true;
  }
  return false;
}

std::vector<std::string> split_folders(const std::string& list) {
  std::vector<std::string> folders;
  std::size_t start = 0;
  while (start <= list.size()) {
    auto colon = std::min(list.find(':', start), list.size());
    if (colon > start) folders.push_back(list.substr(start, colon - start));
    start = colon + 1;
  }
  return folders;
}

std::unexpected<core::Error> not_there(const std::string& name, const std::string& path) {
  return fail(ErrorKind::invalid,
              fmt::format("{} names '{}', which is no readable file or folder", name, path),
              "Give the path of a PEM bundle of the certificate authorities to trust.");
}

struct LazyBundle {
  std::string path;
  std::once_flag once;
};

/// Adds every certificate of the bundle to the store. One that cannot be parsed ends the reading
/// quietly: the chain then fails to verify, which is the message that matters.
void load_bundle(const std::string& path, X509_STORE* store) {
  std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), &BIO_free);
  while (file) {
    std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509_AUX(file.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!certificate) break;
    X509_STORE_add_cert(store, certificate.get());
  }
  // The end of the file is an error to PEM_read_bio; it must not be taken for one of the handshake.
  ERR_clear_error();
}

int find_in_bundle(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
                   X509_OBJECT* found) {
  auto* bundle = static_cast<LazyBundle*>(X509_LOOKUP_get_method_data(lookup));
  X509_STORE* store = X509_LOOKUP_get_store(lookup);
  if (type != X509_LU_X509) return 0;
  std::call_once(bundle->once, [&] { load_bundle(bundle->path, store); });

  X509_STORE_lock(store);
  X509_OBJECT* object = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), type, name);
  X509* certificate = object != nullptr ? X509_OBJECT_get0_X509(object) : nullptr;
  int is_set = certificate != nullptr ? X509_OBJECT_set1_X509(found, certificate) : 0;
  // The caller counts its own reference on what it finds and expects a borrowed one, as the hashed
  // folder's method gives; the store keeps the certificate alive.
  if (is_set == 1) X509_free(certificate);
  X509_STORE_unlock(store);
  return is_set;
}

void free_bundle(X509_LOOKUP* lookup) {
  delete static_cast<LazyBundle*>(X509_LOOKUP_get_method_data(lookup));
}

X509_LOOKUP_METHOD* lazy_bundle_method() {
  static X509_LOOKUP_METHOD* method = [] {
    X509_LOOKUP_METHOD* made = X509_LOOKUP_meth_new("PEM bundle, read when first needed");
    if (made != nullptr) {
      X509_LOOKUP_meth_set_get_by_subject(made, &find_in_bundle);
      X509_LOOKUP_meth_set_free(made, &free_bundle);
    }
    return made;
  }();
  return method;
}

bool add_lazy_bundle(const std::string& path, X509_STORE* store) {
  X509_LOOKUP_METHOD* method = lazy_bundle_method();
  X509_LOOKUP* lookup = method != nullptr ? X509_STORE_add_lookup(store, method) : nullptr;
  if (lookup == nullptr) return false;
  // A store keeps one lookup for a method: a second bundle of the same store is added at once.
  if (X509_LOOKUP_get_method_data(lookup) != nullptr) {
    load_bundle(path, store);
    return true;
  }
  auto bundle = std::make_unique<LazyBundle>();
  bundle->path = path;
  return X509_LOOKUP_set_method_data(lookup, bundle.release()) == 1;
}

}  // namespace

std::string TrustSource::describe() const {
  std::vector<std::string> all = files;
  all.insert(all.end(), folders.begin(), folders.end());
  return fmt::format("{}", fmt::join(all, ", "));
}

Result<TrustSource> find_trust_source(const std::string& ca_bundle,
                                      const core::Environment& environment,
                                      const TrustPlaces& places) {
  if (!ca_bundle.empty()) {
    if (is_file(ca_bundle)) return TrustSource{.files = {ca_bundle}, .folders = {}};
    if (is_folder(ca_bundle)) return TrustSource{.files = {}, .folders = {ca_bundle}};
    return not_there("AWS_CA_BUNDLE", ca_bundle);
  }

  auto file = environment.get("SSL_CERT_FILE");
  auto folders = environment.get("SSL_CERT_DIR");
  if (file || folders) {
    TrustSource source;
    if (file && !is_file(*file)) return not_there("SSL_CERT_FILE", *file);
    if (file) source.files.push_back(*file);
    if (folders) source.folders = split_folders(*folders);
    for (const auto& folder : source.folders) {
      if (!is_folder(folder)) return not_there("SSL_CERT_DIR", folder);
    }
    if (source.files.empty() && source.folders.empty()) return not_there("SSL_CERT_DIR", *folders);
    return source;
  }

  for (const auto& folder : places.hashed_folders) {
    if (is_hashed_folder(folder)) return TrustSource{.files = {}, .folders = {folder}};
  }
  for (const auto& bundle : places.bundles) {
    if (is_file(bundle)) return TrustSource{.files = {bundle}, .folders = {}};
  }
  std::vector<std::string> tried = places.hashed_folders;
  tried.insert(tried.end(), places.bundles.begin(), places.bundles.end());
  return fail(
      ErrorKind::denied,
      fmt::format("no trusted certificates on this machine; looked at {}", fmt::join(tried, ", ")),
      "Install the package ca-certificates, or set AWS_CA_BUNDLE to a PEM bundle.");
}

Result<void> use_trust_source(const TrustSource& source, x509_store_st* store) {
  for (const auto& folder : source.folders) {
    X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
    if (lookup == nullptr || X509_LOOKUP_add_dir(lookup, folder.c_str(), X509_FILETYPE_PEM) != 1) {
      return fail(ErrorKind::invalid, fmt::format("cannot use certificates in '{}'", folder));
    }
  }
  for (const auto& file : source.files) {
    std::unique_ptr<BIO, decltype(&BIO_free)> readable(BIO_new_file(file.c_str(), "r"), &BIO_free);
    if (!readable || !add_lazy_bundle(file, store)) {
      ERR_clear_error();
      return fail(ErrorKind::invalid, fmt::format("cannot read certificates from '{}'", file),
                  "Check the file's permissions.");
    }
  }
  return {};
}

}  // namespace snapferry::aws
