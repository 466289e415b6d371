// SPDX-License-Identifier: Apache-2.0
#include "emulator/lambda/lambda_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/lambda/lambda_for_test.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::StartsWith;

class LambdaServiceTest : public LambdaTest {};

TEST_F(LambdaServiceTest, CreatesReadsChangesAndDeletesAFunction) {
  json::object input = create_input();
  input["Environment"] = json::object{{"Variables", json::object{{"MODE", "x"}}}};
  input["Tags"] = json::object{{"team", "data"}};
  input["LoggingConfig"] = json::object{{"LogFormat", "JSON"}, {"ApplicationLogLevel", "WARN"}};
  const auto created = call("POST", functions, input);
  const json::object made = parsed(created);
  EXPECT_EQ(created->status, 201);
  EXPECT_EQ(text_of(made.at("FunctionArn")), worker_arn);
  EXPECT_EQ(text_of(made.at("State")), "Active");
  EXPECT_EQ(text_of(made.at("Version")), "$LATEST");
  EXPECT_EQ(text_of(made.at("CodeSha256")), sha256_base64(bootstrap_zip()));
  EXPECT_EQ(text_of(made.at("LastModified")), "2026-11-22T00:23:17.000+0000");
  EXPECT_EQ(text_of(made.at("LoggingConfig").at("LogGroup")), "/aws/lambda/worker");
  EXPECT_EQ(text_of(made.at("LoggingConfig").at("SystemLogLevel")), "INFO");

  const json::object changed =
      parsed(call("PUT", worker + "/configuration", {{"Timeout", 7}, {"Description", "d"}}));
  EXPECT_EQ(text_of(changed.at("Timeout")), "7");
  EXPECT_EQ(text_of(changed.at("Environment").at("Variables").at("MODE")), "x");
  EXPECT_NE(text_of(changed.at("RevisionId")), text_of(made.at("RevisionId")));

  const json::object whole = parsed(call("GET", functions + "/" + worker_arn));
  EXPECT_EQ(text_of(whole.at("Configuration").at("Description")), "d");
  EXPECT_EQ(text_of(whole.at("Tags").at("team")), "data");
  EXPECT_EQ(parsed(call("GET", functions + "?MaxItems=10")).at("Functions").as_array().size(), 1U);

  EXPECT_EQ(call("DELETE", worker)->status, 204);
  EXPECT_EQ(refusal(call("GET", worker)),
            "ResourceNotFoundException Function not found: " + worker_arn);
}

TEST_F(LambdaServiceTest, RefusesWhatLambdaRefuses) {
  struct Row {
    const char* name;
    json::object change;
    const char* refusal;
  };
  const std::string not_a_zip = to_base64("hello");
  const std::string long_text(4096, 'a');
  const Row rows[] = {
      {"timeout",
       {{"Timeout", 901}},
       "ValidationException 1 validation error detected: Value "
       "'901' at 'timeout' failed to satisfy constraint: Member "
       "must have value less than or equal to 900"},
      {"memory", {{"MemorySize", 64}}, "ValidationException 1 validation error"},
      {"runtime",
       {{"Runtime", "cobol"}},
       "InvalidParameterValueException Value cobol at 'runtime'"},
      {"unknown",
       {{"Colour", "red"}},
       "InvalidParameterValueException The emulator does not serve the member Colour here"},
      {"vpc",
       {{"VpcConfig", json::object{{"SubnetIds", json::array{"subnet-1"}}}}},
       "InvalidParameterValueException The emulator does not serve the member VpcConfig here"},
      {"reserved variable",
       {{"Environment", json::object{{"Variables", json::object{{"AWS_REGION", "x"}}}}}},
       "InvalidParameterValueException Lambda was unable to configure your environment variables "
       "because the environment variables you have provided contains reserved keys"},
      {"large environment",
       {{"Environment", json::object{{"Variables", json::object{{"AA", long_text}}}}}},
       "InvalidParameterValueException Lambda was unable to configure your environment variables "
       "because the environment variables you have provided exceeded the 4KB limit"},
      {"no zip",
       {{"Code", json::object{{"ZipFile", not_a_zip}}}},
       "InvalidParameterValueException Could not unzip uploaded file"},
      {"no object",
       {{"Code", json::object{{"S3Bucket", "none"}, {"S3Key", "k"}}}},
       "InvalidParameterValueException Error occurred while GetObject"},
      {"no code",
       {{"Code", json::object()}},
       "InvalidParameterValueException Please provide a source for function code."},
      {"no handler",
       {{"Handler", nullptr}},
       "InvalidParameterValueException Runtime and Handler are mandatory"},
      {"name", {{"FunctionName", "a b"}}, "ValidationException 1 validation error"},
      {"role", {{"Role", "worker"}}, "ValidationException 1 validation error"},
      {"level of text",
       {{"LoggingConfig", json::object{{"ApplicationLogLevel", "INFO"}}}},
       "InvalidParameterValueException ApplicationLogLevel and SystemLogLevel are not supported"},
      {"type", {{"Timeout", "long"}}, "SerializationException Timeout can not be converted"},
      {"publish", {{"Publish", true}}, "InvalidParameterValueException The emulator publishes no"},
      {"architecture", {{"Architectures", json::array{"sparc"}}}, "ValidationException"},
  };
  for (const Row& row : rows) {
    json::object input = create_input();
    for (const auto& member : row.change) input[member.key()] = member.value();
    EXPECT_THAT(refusal(call("POST", functions, input)), StartsWith(row.refusal)) << row.name;
  }
  parsed(call("POST", functions, create_input()));
  EXPECT_EQ(refusal(call("POST", functions, create_input())),
            "ResourceConflictException Function already exist: worker");
  EXPECT_THAT(refusal(call("GET", "/2015-03-31/layers")), StartsWith("UnknownOperationException"));
}

TEST_F(LambdaServiceTest, TakesCodeFromABucket) {
  world.s3.put_object("code", "a.zip", bootstrap_zip());
  json::object input = create_input();
  input["Code"] = json::object{{"S3Bucket", "code"}, {"S3Key", "a.zip"}};
  EXPECT_EQ(text_of(parsed(call("POST", functions, input)).at("CodeSha256")),
            sha256_base64(bootstrap_zip()));
  const std::string other = make_zip({{"bootstrap", "#!/bin/sh\n"}});
  world.s3.put_object("code", "b.zip", other);
  EXPECT_EQ(
      text_of(parsed(call("PUT", worker + "/code", {{"S3Bucket", "code"}, {"S3Key", "b.zip"}}))
                  .at("CodeSha256")),
      sha256_base64(other));
}

TEST_F(LambdaServiceTest, PermissionsDecideWhichServiceMayInvoke) {
  parsed(call("POST", functions, create_input()));
  const std::string rule = "arn:aws:events:eu-west-1:123456789012:rule/daily";
  const auto enqueue = [&](const std::string& principal, const std::string& source) {
    const std::scoped_lock lock(world.mutex);
    const auto queued = world.lambda.enqueue(world, worker_arn, "{}", principal, source);
    return queued ? std::string("queued") : queued.error().code;
  };
  EXPECT_EQ(refusal(call("GET", worker + "/policy")),
            "ResourceNotFoundException The resource you requested does not exist.");
  EXPECT_EQ(enqueue("events.amazonaws.com", rule), "AccessDeniedException");
  const json::object permission = {{"StatementId", "daily"},
                                   {"Action", "lambda:InvokeFunction"},
                                   {"Principal", "events.amazonaws.com"},
                                   {"SourceArn", "arn:aws:events:eu-west-1:123456789012:rule/da*"},
                                   {"SourceAccount", "123456789012"}};
  const json::object added = parsed(call("POST", worker + "/policy", permission));
  EXPECT_THAT(added.at("Statement").as_string().c_str(),
              HasSubstr(R"("ArnLike":{"AWS:SourceArn":"arn:aws:events:)"));
  EXPECT_THAT(refusal(call("POST", worker + "/policy", permission)),
              StartsWith("ResourceConflictException The statement id (daily) provided already"));
  EXPECT_EQ(enqueue("events.amazonaws.com", rule), "queued");
  EXPECT_EQ(enqueue("sns.amazonaws.com", rule), "AccessDeniedException");
  EXPECT_EQ(enqueue("events.amazonaws.com", "arn:aws:events:eu-west-1:123456789012:rule/x"),
            "AccessDeniedException");
  EXPECT_EQ(enqueue("events.amazonaws.com", "arn:aws:events:eu-west-1:999999999999:rule/daily"),
            "AccessDeniedException");
  EXPECT_EQ(call("DELETE", worker + "/policy/daily")->status, 204);
  EXPECT_THAT(refusal(call("DELETE", worker + "/policy/daily")),
              StartsWith("ResourceNotFoundException Statement daily is not found"));
  EXPECT_EQ(enqueue("events.amazonaws.com", rule), "AccessDeniedException");
}

TEST_F(LambdaServiceTest, AsynchronousSettingsAreKept) {
  parsed(call("POST", functions, create_input()));
  const std::string config = "/2019-09-25/functions/worker/event-invoke-config";
  EXPECT_THAT(refusal(call("GET", config)), HasSubstr("doesn't have an EventInvokeConfig"));
  EXPECT_THAT(refusal(call("PUT", config, {{"MaximumRetryAttempts", 3}})),
              StartsWith("ValidationException"));
  EXPECT_EQ(text_of(parsed(call("PUT", config, {{"MaximumRetryAttempts", 1}})).at("FunctionArn")),
            worker_arn + ":$LATEST");
  const json::object both = parsed(call("POST", config, {{"MaximumEventAgeInSeconds", 60}}));
  EXPECT_EQ(text_of(both.at("MaximumRetryAttempts")), "1");
  EXPECT_EQ(text_of(both.at("MaximumEventAgeInSeconds")), "60");
  EXPECT_EQ(call("DELETE", config)->status, 204);

  const std::string put = "/2017-10-31/functions/worker/concurrency";
  const std::string get = "/2019-09-30/functions/worker/concurrency";
  EXPECT_THAT(refusal(call("PUT", put, {{"ReservedConcurrentExecutions", 901}})),
              HasSubstr("below its minimum value of [100]"));
  parsed(call("PUT", put, {{"ReservedConcurrentExecutions", 1}}));
  EXPECT_EQ(text_of(parsed(call("GET", get)).at("ReservedConcurrentExecutions")), "1");
  EXPECT_EQ(call("DELETE", put)->status, 204);
  EXPECT_TRUE(parsed(call("GET", get)).empty());
}

TEST_F(LambdaServiceTest, TagsAreKept) {
  parsed(call("POST", functions, create_input()));
  const std::string tags = "/2017-03-31/tags/" + worker_arn;
  EXPECT_EQ(call("POST", tags, {{"Tags", json::object{{"a", "1"}, {"b", "2"}}}})->status, 204);
  EXPECT_EQ(call("DELETE", tags + "?tagKeys=a")->status, 204);
  EXPECT_EQ(json::serialize(parsed(call("GET", tags))), R"({"Tags":{"b":"2"}})");
}

TEST_F(LambdaServiceTest, RefusalsAreWrittenAsLambdaWritesThem) {
  const WireResponse missing =
      refuse_lambda({404, "ResourceNotFoundException", "Function not found: f"}, "id");
  EXPECT_EQ(missing.body, R"({"Type":"User","Message":"Function not found: f"})");
  EXPECT_THAT(missing.headers,
              testing::Contains(testing::Pair("x-amzn-ErrorType", "ResourceNotFoundException")));
  const WireResponse denied = refuse_lambda({403, "AccessDenied", "User: x"}, "id");
  EXPECT_EQ(denied.body, R"({"Type":"User","Message":"User: x"})");
  const WireResponse throttled = refuse_lambda({400, "Throttling", "Rate exceeded"}, "id");
  EXPECT_EQ(throttled.status, 429);
  EXPECT_THAT(throttled.body, HasSubstr(R"("Reason":"CallerRateLimitExceeded")"));
}

TEST_F(LambdaServiceTest, SavesAndLoads) {
  json::object input = create_input();
  input["Environment"] = json::object{{"Variables", json::object{{"MODE", "x"}}}};
  parsed(call("POST", functions, input));
  parsed(call("POST", worker + "/policy",
              {{"StatementId", "s"},
               {"Action", "lambda:InvokeFunction"},
               {"Principal", "sns.amazonaws.com"}}));
  parsed(call("PUT", "/2017-10-31/functions/worker/concurrency",
              {{"ReservedConcurrentExecutions", 3}}));
  parsed(call("PUT", "/2019-09-25/functions/worker/event-invoke-config",
              {{"MaximumRetryAttempts", 0}}));
  world.lambda.enqueue_allowed(world, *world.lambda.find(worker_arn), R"({"a":1})", "request-1");
  const json::value saved = world.lambda.save();
  LambdaModel again;
  again.load(saved);
  EXPECT_EQ(json::serialize(again.save()), json::serialize(saved));
  ASSERT_NE(again.find(worker_arn), nullptr);
  EXPECT_EQ(*again.find(worker_arn)->code, bootstrap_zip());
  EXPECT_EQ(again.queue.front().request_id, "request-1");
  EXPECT_EQ(again.next_due(world), clock.now());
}

}  // namespace
}  // namespace snapferry::emulator
