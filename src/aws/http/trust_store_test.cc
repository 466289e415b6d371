// Which certificates are trusted, and that they are read only when needed.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http/trust_store.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include "aws/http/tls_test_certificates.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FindTrustSource : public testing::Test {
 protected:
  FindTrustSource() {
    std::filesystem::create_directory(folder_.path("hashed"));
    std::filesystem::create_directory(folder_.path("plain"));
    std::ofstream(folder_.path("hashed/00000000.0")) << "x";
    std::ofstream(folder_.path("plain/readme.txt")) << "x";
    std::ofstream(folder_.path("bundle.pem")) << "x";
    std::ofstream(folder_.path("other.pem")) << "x";
  }

  [[nodiscard]] core::Result<TrustSource> find(const std::string& ca_bundle = "") const {
    return find_trust_source(ca_bundle, core::Environment(variables_), places_);
  }

  TestFolder folder_;
  std::map<std::string, std::string> variables_;
  TrustPlaces places_{.hashed_folders = {folder_.path("plain"), folder_.path("hashed")},
                      .bundles = {folder_.path("absent.pem"), folder_.path("bundle.pem")}};
};

TEST_F(FindTrustSource, PrefersTheHashedFolder) {
  auto source = find();
  ASSERT_TRUE(source);
  EXPECT_THAT(source->folders, ElementsAre(folder_.path("hashed")));
  EXPECT_THAT(source->files, IsEmpty());
}

TEST_F(FindTrustSource, FallsBackToTheFirstBundle) {
  places_.hashed_folders = {folder_.path("plain"), folder_.path("absent")};
  auto source = find();
  ASSERT_TRUE(source);
  EXPECT_THAT(source->files, ElementsAre(folder_.path("bundle.pem")));
  EXPECT_THAT(source->folders, IsEmpty());
}

TEST_F(FindTrustSource, TheUsersBundleReplacesAll) {
  variables_ = {{"SSL_CERT_FILE", folder_.path("bundle.pem")}};
  auto source = find(folder_.path("other.pem"));
  ASSERT_TRUE(source);
  EXPECT_EQ(source->describe(), folder_.path("other.pem"));
  EXPECT_EQ(find(folder_.path("hashed"))->describe(), folder_.path("hashed"));
}

TEST_F(FindTrustSource, OpenSslsVariablesReplaceTheMachines) {
  variables_ = {{"SSL_CERT_FILE", folder_.path("other.pem")}};
  EXPECT_EQ(find()->describe(), folder_.path("other.pem"));
  variables_ = {{"SSL_CERT_DIR", folder_.path("hashed") + ":" + folder_.path("plain")}};
  EXPECT_THAT(find()->folders, ElementsAre(folder_.path("hashed"), folder_.path("plain")));
  variables_["SSL_CERT_FILE"] = folder_.path("other.pem");
  EXPECT_EQ(find()->describe(), folder_.path("other.pem") + ", " + folder_.path("hashed") + ", " +
                                    folder_.path("plain"));
}

TEST_F(FindTrustSource, WhatTheUserNamesMustBeThere) {
  EXPECT_EQ(find(folder_.path("absent")).error().kind, ErrorKind::invalid);
  EXPECT_THAT(find(folder_.path("absent")).error().message, HasSubstr("AWS_CA_BUNDLE"));
  variables_ = {{"SSL_CERT_FILE", folder_.path("absent")}};
  EXPECT_THAT(find().error().message, HasSubstr("SSL_CERT_FILE"));
  variables_ = {{"SSL_CERT_DIR", folder_.path("absent")}};
  EXPECT_THAT(find().error().message, HasSubstr("SSL_CERT_DIR"));
  variables_ = {{"SSL_CERT_DIR", ":"}};
  EXPECT_EQ(find().error().kind, ErrorKind::invalid);
}

TEST_F(FindTrustSource, FailsClosedWithThePlacesTried) {
  places_ = {.hashed_folders = {folder_.path("a")}, .bundles = {folder_.path("b")}};
  auto source = find();
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::denied);
  EXPECT_THAT(source.error().message, HasSubstr(folder_.path("a") + ", " + folder_.path("b")));
  EXPECT_THAT(source.error().hint, HasSubstr("AWS_CA_BUNDLE"));
}

using Store = std::shared_ptr<X509_STORE>;

Store store_of(const TrustSource& source) {
  Store store(X509_STORE_new(), &X509_STORE_free);
  auto used = use_trust_source(source, store.get());
  EXPECT_TRUE(used);
  return store;
}

int count_objects(const Store& store) {
  return sk_X509_OBJECT_num(X509_STORE_get0_objects(store.get()));
}

TEST(UseTrustSource, ReadsABundleOnlyWhenAsked) {
  TestFolder folder;
  auto wanted = TestIdentity::authority("wanted");
  wanted.append_to(folder.path("ca.pem"));
  for (const char* name : {"a", "b", "c"}) {
    TestIdentity::authority(name).append_to(folder.path("ca.pem"));
  }
  auto store = store_of({.files = {folder.path("ca.pem")}, .folders = {}});
  EXPECT_EQ(count_objects(store), 0);

  std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> lookup(X509_STORE_CTX_new(),
                                                                         &X509_STORE_CTX_free);
  ASSERT_EQ(X509_STORE_CTX_init(lookup.get(), store.get(), wanted.certificate(), nullptr), 1);
  EXPECT_EQ(X509_verify_cert(lookup.get()), 1);
  EXPECT_EQ(count_objects(store), 4);
}

TEST(UseTrustSource, ReadsNothingOfAHashedFolder) {
  TestFolder folder;
  TestIdentity::authority("a").write_hashed(folder.path());
  EXPECT_EQ(count_objects(store_of({.files = {}, .folders = {folder.path()}})), 0);
}

TEST(UseTrustSource, UnreadableBundlesAreRefused) {
  Store store(X509_STORE_new(), &X509_STORE_free);
  TestFolder folder;
  auto used = use_trust_source({.files = {folder.path("absent")}, .folders = {}}, store.get());
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace snapferry::aws
