// Which certificate authorities are trusted, and how little of them is read: parsing a whole bundle
// costs 20 ms, more than the rest of a start, so only a certificate chain that needs an authority
// makes it be loaded.
//
// Trust comes from the machine or from the user, never from this program: no root certificate is
// embedded. A machine without any fails closed, with the list of the places looked at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/environment.h"
#include "core/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace snapferry::aws {

/// Where trusted certificates lie. Files are PEM bundles; folders hold "<hash>.0" links.
struct TrustSource {
  std::vector<std::string> files;
  std::vector<std::string> folders;

  /// Returns the paths, for messages: "/etc/ssl/certs".
  [[nodiscard]] std::string describe() const;
};

/// Where a machine keeps its authorities, in the order of preference.
struct TrustPlaces {
  /// Debian and its kin hash this folder, so that single authorities can be found.
  std::vector<std::string> hashed_folders = {"/etc/ssl/certs"};
  /// Debian and Alpine; RHEL and Amazon Linux (two); Alpine, BSD; SUSE.
  std::vector<std::string> bundles = {"/etc/ssl/certs/ca-certificates.crt",
                                      "/etc/pki/tls/certs/ca-bundle.crt",
                                      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                      "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"};
};

/// Chooses the source. What the user gives replaces the machine's, it never adds to it:
/// 1. `ca_bundle` (AWS_CA_BUNDLE, ca_bundle of the profile), a file or a hashed folder;
/// 2. SSL_CERT_FILE and SSL_CERT_DIR (folders divided by ":"), whichever are set;
/// 3. the first hashed folder that holds a "*.0" entry;
/// 4. the first bundle that exists.
/// Errors:   invalid: a path that the user gave is not there; denied: no source at all, with the
///           paths tried.
core::Result<TrustSource> find_trust_source(const std::string& ca_bundle,
                                            const core::Environment& environment,
                                            const TrustPlaces& places = {});

/// Makes the store look certificates up in the source. Reads nothing of hashed folders, and bundles
/// only when a chain first asks for an authority that is not there yet.
/// Errors:   invalid: OpenSSL refused the source.
core::Result<void> use_trust_source(const TrustSource& source, x509_store_st* store);

}  // namespace snapferry::aws
