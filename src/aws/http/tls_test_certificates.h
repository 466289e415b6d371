// Certificate authorities and server certificates made at run time, good and bad ones: nothing in
// the repository expires.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/result.h"

namespace snapferry::aws {

struct CertificateWish {
  std::string common_name = "localhost";
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1";  ///< empty: none
  std::string usage = "serverAuth";
  long valid_from_seconds = -3600;  ///< counted from now
  long valid_to_seconds = 3600;
};

/// A key and its certificate.
class TestIdentity {
 public:
  /// Makes an authority that signs itself.
  static TestIdentity authority(const std::string& name) {
    TestIdentity made;
    made.fill(name, -3600, 3600);
    made.extend(NID_basic_constraints, "critical,CA:TRUE");
    made.extend(NID_key_usage, "critical,keyCertSign");
    made.sign(made);
    return made;
  }

  [[nodiscard]] TestIdentity issue(const CertificateWish& wish) const {
    TestIdentity made;
    made.fill(wish.common_name, wish.valid_from_seconds, wish.valid_to_seconds);
    X509_set_issuer_name(made.certificate_.get(), X509_get_subject_name(certificate_.get()));
    made.extend(NID_ext_key_usage, wish.usage.c_str());
    if (!wish.alternative_names.empty()) {
      made.extend(NID_subject_alt_name, wish.alternative_names.c_str());
    }
    made.sign(*this);
    return made;
  }

  /// Makes a server's context that presents this identity.
  [[nodiscard]] std::shared_ptr<SSL_CTX> server(int version_max = TLS1_3_VERSION) const {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(),
                               0);  // so that it can speak what the client must refuse
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), version_max);
    ASSERT(SSL_CTX_use_certificate(context.get(), certificate_.get()) == 1);
    ASSERT(SSL_CTX_use_PrivateKey(context.get(), key_.get()) == 1);
    return context;
  }

  [[nodiscard]] X509* certificate() const { return certificate_.get(); }

  void append_to(const std::string& path) const {
    std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "a"),
                                                            &std::fclose);
    ASSERT(file && PEM_write_X509(file.get(), certificate_.get()) == 1);
  }

  /// Writes the certificate into a folder under the name that OpenSSL looks it up by.
  void write_hashed(const std::string& folder) const {
    append_to(fmt::format("{}/{:08x}.0", folder, X509_subject_name_hash(certificate_.get())));
  }

 private:
  TestIdentity()
      : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {}

  void fill(const std::string& name, long from, long to) {
    static long serial = 0;
    X509* x = certificate_.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), from);
    X509_gmtime_adj(X509_getm_notAfter(x), to);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_set_pubkey(x, key_.get());
  }

  void extend(int nid, const char* value) {
    std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, nid, value), &X509_EXTENSION_free);
    ASSERT(extension && X509_add_ext(certificate_.get(), extension.get(), -1) == 1);
  }

  void sign(const TestIdentity& issuer) {
    ASSERT(X509_sign(certificate_.get(), issuer.key_.get(), EVP_sha256()) > 0);
  }

  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

/// A folder of the test's own, gone with it.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "snapferry-XXXXXX").string();
    ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string path(const std::string& name = "") const {
    return name.empty() ? path_ : path_ + "/" + name;
  }

 private:
  std::string path_;
};

}  // namespace snapferry::aws
