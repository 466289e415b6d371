// Queues and topics as clients see them through the door, and what one gives the other.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/sqs/sqs_service.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"
#include "emulator/door/door_http.h"
#include "emulator/sns/sns_delivery.h"
#include "emulator/time/conductor.h"

namespace snapferry::emulator {
namespace {

using namespace std::chrono_literals;  // NOLINT: literals only
using testing::HasSubstr;
namespace json = boost::json;

constexpr const char* kTopic = "arn:aws:sns:eu-west-1:123456789012:alarms";
constexpr const char* kQueue = "arn:aws:sqs:eu-west-1:123456789012:letters";

class SqsServiceTest : public testing::Test {
 protected:
  WireResponse sqs(const std::string& operation, const std::string& body) {
    Signer signer;
    signer.service = "sqs";
    return door
        .answer(sign({.method = "POST",
                      .target = "/",
                      .headers = {{"Content-Type", "application/x-amz-json-1.0"},
                                  {"X-Amz-Target", "AmazonSQS." + operation}},
                      .body = body},
                     signer, host.now()))
        .response;
  }
  json::value ok(const std::string& operation, const std::string& body) {
    const WireResponse response = sqs(operation, body);
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body.empty() ? json::value(json::object()) : json::parse(response.body);
  }
  void refused(const std::string& operation, const std::string& body, const std::string& code) {
    const WireResponse response = sqs(operation, body);
    EXPECT_EQ(response.status, 400) << response.body;
    bool is_told = false;
    for (const auto& [name, value] : response.headers) {
      is_told = is_told || (name == "x-amzn-query-error" && value == code + ";Sender");
    }
    EXPECT_TRUE(is_told) << response.body;
  }
  std::string with_url(const std::string& rest = "") const {
    return "{\"QueueUrl\":\"" + url + "\"" + rest + "}";
  }
  void make_queue(const std::string& attributes = "{}") {
    url = json::value_to<std::string>(
        ok("CreateQueue", "{\"QueueName\":\"letters\",\"Attributes\":" + attributes + "}")
            .at("QueueUrl"));
  }
  WireResponse sns(const std::string& form) {
    Signer signer;
    signer.service = "sns";
    return door.answer(query_request(form + "&Version=2010-03-31", signer, host.now())).response;
  }
  void pass(core::Milliseconds time) { clock.advance(time); }

  HandClock host;
  EmulatorClock clock{host, 1};
  World world{clock, 1};
  DoorHttp door{world, 1};
  std::string url;
};

TEST_F(SqsServiceTest, SendReceiveDelete) {
  make_queue();
  ok("SendMessage",
     with_url(
         R"(,"MessageBody":"hello","MessageAttributes":{"a":{"DataType":"String","StringValue":"b"}})"));
  const json::value got = ok("ReceiveMessage", with_url(R"(,"MessageAttributeNames":["All"])"));
  const json::object& message = got.at("Messages").as_array().at(0).as_object();
  EXPECT_EQ(message.at("Body"), "hello");
  EXPECT_EQ(message.at("MD5OfBody"), "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(message.at("MessageAttributes").at("a").at("StringValue"), "b");
  EXPECT_EQ(ok("ReceiveMessage", with_url()), json::object());  // hidden for 30 seconds
  pass(31s);
  const json::value again =
      ok("ReceiveMessage", with_url(R"(,"AttributeNames":["ApproximateReceiveCount"])"));
  const json::object& second = again.at("Messages").as_array().at(0).as_object();
  EXPECT_EQ(second.at("Attributes").at("ApproximateReceiveCount"), "2");
  const std::string handle = json::value_to<std::string>(second.at("ReceiptHandle"));
  ok("DeleteMessage", with_url(",\"ReceiptHandle\":\"" + handle + "\""));
  pass(31s);
  EXPECT_EQ(ok("ReceiveMessage", with_url(R"(,"WaitTimeSeconds":20)")), json::object());
  refused("DeleteMessage", with_url(R"(,"ReceiptHandle":"x")"), "ReceiptHandleIsInvalid");
  refused("SendMessage", with_url(R"(,"MessageBody":"x","Colour":"red")"), "ValidationException");
  refused("ReceiveMessage", R"({"QueueUrl":"http://x/123456789012/none"})",
          "AWS.SimpleQueueService.NonExistentQueue");
}

TEST_F(SqsServiceTest, QueuesAndTheirAttributes) {
  make_queue(R"({"VisibilityTimeout":"5","SqsManagedSseEnabled":"true"})");
  make_queue(R"({"VisibilityTimeout":"5"})");  // the same once more
  refused("CreateQueue", R"({"QueueName":"letters","Attributes":{"VisibilityTimeout":"6"}})",
          "QueueAlreadyExists");
  refused("CreateQueue", R"({"QueueName":"a b"})", "InvalidParameterValue");
  refused("CreateQueue", R"({"QueueName":"a","Attributes":{"Colour":"red"}})",
          "InvalidAttributeName");
  refused("CreateQueue", R"({"QueueName":"a","Attributes":{"DelaySeconds":"901"}})",
          "InvalidAttributeValue");
  const json::value all = ok("GetQueueAttributes", with_url(R"(,"AttributeNames":["All"])"));
  EXPECT_EQ(all.at("Attributes").at("QueueArn"), kQueue);
  EXPECT_EQ(all.at("Attributes").at("MessageRetentionPeriod"), "345600");
  ok("SetQueueAttributes", with_url(R"(,"Attributes":{"KmsMasterKeyId":"alias/x"})"));
  EXPECT_EQ(ok("GetQueueAttributes", with_url(R"(,"AttributeNames":["SqsManagedSseEnabled"])"))
                .at("Attributes")
                .at("SqsManagedSseEnabled"),
            "false");
  ok("TagQueue", with_url(R"(,"Tags":{"a":"b"})"));
  EXPECT_EQ(ok("ListQueueTags", with_url()).at("Tags").at("a"), "b");
  ok("SendMessage", with_url(R"(,"MessageBody":"hello")"));
  ok("PurgeQueue", with_url());
  refused("PurgeQueue", with_url(), "AWS.SimpleQueueService.PurgeQueueInProgress");
  ok("DeleteQueue", with_url());
  refused("CreateQueue", R"({"QueueName":"letters"})",
          "AWS.SimpleQueueService.QueueDeletedRecently");
  pass(61s);
  make_queue();
}

TEST_F(SqsServiceTest, DeadLetters) {
  ok("CreateQueue", R"({"QueueName":"dead"})");
  refused("CreateQueue",
          R"({"QueueName":"letters","Attributes":{"RedrivePolicy":"{\"maxReceiveCount\":1}"}})",
          "InvalidParameterValue");
  make_queue(
      R"({"VisibilityTimeout":"0","RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:123456789012:dead\",\"maxReceiveCount\":\"2\"}"})");
  ok("SendMessage", with_url(R"(,"MessageBody":"hello")"));
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(ok("ReceiveMessage", with_url()).at("Messages").as_array().size(), 1);
  }
  EXPECT_EQ(ok("ReceiveMessage", with_url()), json::object());
  EXPECT_EQ(world.sqs.find("arn:aws:sqs:eu-west-1:123456789012:dead")->messages.size(), 1);
}

TEST_F(SqsServiceTest, OldMessagesGo) {
  make_queue(R"({"MessageRetentionPeriod":"60"})");
  ok("SendMessage", with_url(R"(,"MessageBody":"hello")"));
  pass(61s);
  EXPECT_EQ(ok("ReceiveMessage", with_url()), json::object());
}

TEST_F(SqsServiceTest, ATopicSendsWhereItIsLetIn) {
  sns("Action=CreateTopic&Name=alarms");
  make_queue();
  const std::string subscribe =
      std::string("Action=Subscribe&Protocol=sqs&Endpoint=") + kQueue + "&TopicArn=" + kTopic;
  const std::string subscription = element(sns(subscribe).body, "SubscriptionArn");
  EXPECT_EQ(element(sns(subscribe).body, "SubscriptionArn"), subscription);
  const std::string publish =
      std::string("Action=Publish&Subject=s&Message=hello&TopicArn=") + kTopic;
  EXPECT_EQ(sns(publish).status, 200);
  ASSERT_EQ(world.sns.outbox.back().deliveries.size(), 1);
  EXPECT_THAT(world.sns.outbox.back().deliveries[0].refused_with, HasSubstr("AccessDenied"));
  EXPECT_TRUE(world.sqs.find(kQueue)->messages.empty());

  world.sqs.find(kQueue)->attributes["Policy"] =
      R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},
          "Action":"sqs:SendMessage","Resource":")" +
      std::string(kQueue) + R"(","Condition":{"ArnEquals":{"aws:SourceArn":")" + kTopic +
      R"("}}}]})";
  EXPECT_EQ(sns(publish).status, 200);
  ASSERT_EQ(world.sqs.find(kQueue)->messages.size(), 1);
  const json::value sent = json::parse(world.sqs.find(kQueue)->messages[0].body);
  EXPECT_EQ(sent.at("Type"), "Notification");
  EXPECT_EQ(sent.at("Subject"), "s");
  EXPECT_EQ(sent.at("Message"), "hello");
  EXPECT_EQ(sent.at("TopicArn"), kTopic);

  const auto set = [&](const std::string& name, const std::string& value) {
    return sns("Action=SetSubscriptionAttributes&SubscriptionArn=" + subscription +
               "&AttributeName=" + name + "&AttributeValue=" + aws::uri_encode(value))
        .status;
  };
  EXPECT_EQ(set("RawMessageDelivery", "true"), 200);
  EXPECT_EQ(set("FilterPolicy", R"({"kind":["alarm"]})"), 200);
  EXPECT_EQ(set("Colour", "red"), 400);
  sns(publish);
  EXPECT_EQ(world.sqs.find(kQueue)->messages.size(), 1);
  sns(publish +
      "&MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String"
      "&MessageAttributes.entry.1.Value.StringValue=alarm");
  ASSERT_EQ(world.sqs.find(kQueue)->messages.size(), 2);
  EXPECT_EQ(world.sqs.find(kQueue)->messages[1].body, "hello");
}

TEST_F(SqsServiceTest, PeopleConfirmFirst) {
  sns("Action=CreateTopic&Name=alarms");
  EXPECT_EQ(element(sns(std::string("Action=Subscribe&Protocol=email&Endpoint=me%40example.com"
                                    "&TopicArn=") +
                        kTopic)
                        .body,
                    "SubscriptionArn"),
            "pending confirmation");
  const std::string publish = std::string("Action=Publish&Message=hello&TopicArn=") + kTopic;
  EXPECT_THAT(world.sns.outbox.back().subject, HasSubstr("Confirmation"));
  sns(publish);
  EXPECT_TRUE(world.sns.outbox.back().deliveries.empty());
  const std::string confirm = std::string("Action=ConfirmSubscription&TopicArn=") + kTopic;
  EXPECT_EQ(sns(confirm + "&Token=wrong").status, 400);
  EXPECT_EQ(sns(confirm + "&Token=" + world.sns.subscriptions.begin()->second.token).status, 200);
  sns(publish);
  ASSERT_EQ(world.sns.outbox.back().deliveries.size(), 1);
  EXPECT_EQ(world.sns.outbox.back().deliveries[0].endpoint, "me@example.com");
  const WireRequest outbox{
      .method = "GET", .target = "/_emulator/outbox", .headers = {}, .body = {}};
  EXPECT_THAT(door.answer(outbox).response.body,
              HasSubstr(R"("deliveries":[{"protocol":"email","endpoint":"me@example.com"}])"));
}

TEST_F(SqsServiceTest, ServicesPublishWhereTheyAreLetIn) {
  sns("Action=CreateTopic&Name=alarms");
  const std::string alarm = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:old";
  const auto publish = [&](const std::string& service) {
    const std::scoped_lock lock(world.mutex);
    const auto done = publish_as_service(world, service, alarm, kTopic, "s", "m");
    return done ? std::string() : done.error().code;
  };
  auto& attributes = world.sns.topics.at(kTopic).attributes;
  EXPECT_EQ(publish("cloudwatch.amazonaws.com"), "");  // the default policy
  EXPECT_EQ(publish("events.amazonaws.com"), "AuthorizationError");
  attributes["Policy"] =
      R"({"Statement":{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},
          "Action":"sns:Publish","Resource":"*",
          "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}})";
  EXPECT_EQ(publish("cloudwatch.amazonaws.com"), "");
  attributes["KmsMasterKeyId"] = "alias/aws/sns";
  EXPECT_EQ(publish("cloudwatch.amazonaws.com"), "KMSAccessDenied");
  EXPECT_THAT(world.sns.outbox.back().deliveries.at(0).refused_with, HasSubstr("KMSAccessDenied"));
  const Caller root{.account = core::AccountId("123456789012"),
                    .region = core::Region("eu-west-1"),
                    .partition = "aws",
                    .principal_arn = "arn:aws:iam::123456789012:root"};
  KmsKey& key = world.kms.create_key(root, clock.now());
  attributes["KmsMasterKeyId"] = key.key_id;
  EXPECT_EQ(publish("cloudwatch.amazonaws.com"), "KMSAccessDenied");
  key.policy =
      R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},
          "Action":["kms:GenerateDataKey*","kms:Decrypt"],"Resource":"*"}]})";
  EXPECT_EQ(publish("cloudwatch.amazonaws.com"), "");
  key.state = "Disabled";
  EXPECT_EQ(publish("cloudwatch.amazonaws.com"), "KMSDisabled");
}

constexpr const char* kDepth = "ApproximateNumberOfMessagesVisible";

class SqsDepthTest : public SqsServiceTest {
 protected:
  std::optional<Statistics> depth(const std::string& metric, core::Milliseconds past) {
    const MetricKey key = {core::AccountId("123456789012"),
                           core::Region("eu-west-1"),
                           "AWS/SQS",
                           metric,
                           {{"QueueName", "letters"}}};
    return world.metrics.statistics(key, clock.now() - past, clock.now() + 1ms, "Count");
  }
  void live(core::Milliseconds time) { ASSERT_TRUE(advance_world(world, time).has_value()); }
  WireResponse alarm(const std::string& input) {
    Signer signer;
    signer.service = "monitoring";
    return door
        .answer(sign({.method = "POST",
                      .target = "/",
                      .headers = {{"Content-Type", "application/x-amz-json-1.0"},
                                  {"X-Amz-Target", "GraniteServiceVersion20100801.PutMetricAlarm"}},
                      .body = input},
                     signer, host.now()))
        .response;
  }
};

TEST_F(SqsDepthTest, AMessageThatWaitsRaisesAnAlarmThatIsPublished) {
  sns("Action=CreateTopic&Name=alarms");
  make_queue();
  const WireResponse put = alarm(
      R"({"AlarmName":"waiting","Namespace":"AWS/SQS","MetricName":"ApproximateNumberOfMessagesVisible",
          "Dimensions":[{"Name":"QueueName","Value":"letters"}],"Statistic":"Maximum","Period":900,
          "EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanOrEqualToThreshold",
          "TreatMissingData":"notBreaching","AlarmActions":[")" +
      std::string(kTopic) + "\"],\"OKActions\":[\"" + kTopic + "\"]}");
  ASSERT_EQ(put.status, 200) << put.body;
  const Alarm& waiting = world.metrics.alarms.begin()->second;
  live(1h);
  EXPECT_EQ(waiting.state, "OK");
  ok("SendMessage", with_url(R"(,"MessageBody":"hello")"));
  const auto told = world.sns.outbox.size();
  live(30min);
  EXPECT_EQ(waiting.state, "ALARM");
  ASSERT_EQ(world.sns.outbox.size(), told + 1);
  EXPECT_EQ(world.sns.outbox.back().subject, "ALARM: \"waiting\" in EU (Ireland)");
  EXPECT_THAT(world.sns.outbox.back().message, HasSubstr("letters"));
  // It stays raised for as long as the message lies there, whether anybody looks or not.
  live(24h);
  EXPECT_EQ(waiting.state, "ALARM");
  ok("PurgeQueue", with_url());
  live(30min);
  EXPECT_EQ(waiting.state, "OK");
  EXPECT_EQ(world.sns.outbox.size(), told + 2);
}

TEST_F(SqsDepthTest, IsToldEveryMinuteWhileTheQueueIsActive) {
  make_queue();
  live(10min);
  ASSERT_TRUE(depth(kDepth, 10min).has_value());
  EXPECT_EQ(depth(kDepth, 10min)->count, 10);
  EXPECT_EQ(depth(kDepth, 10min)->maximum, 0);
  // Hidden and delayed messages are told by names of their own, and only while there are any.
  EXPECT_FALSE(depth("ApproximateNumberOfMessagesDelayed", 10min).has_value());
  ok("SendMessage", with_url(R"(,"MessageBody":"hello","DelaySeconds":300)"));
  live(4min);
  EXPECT_EQ(depth("ApproximateNumberOfMessagesDelayed", 3min)->maximum, 1);
  EXPECT_EQ(depth(kDepth, 3min)->maximum, 0);
  live(4min);
  EXPECT_EQ(depth(kDepth, 2min)->minimum, 1);
  ok("ReceiveMessage", with_url(R"(,"VisibilityTimeout":3600)"));
  live(5min);
  EXPECT_EQ(depth("ApproximateNumberOfMessagesNotVisible", 3min)->maximum, 1);
  EXPECT_EQ(depth(kDepth, 3min)->maximum, 0);
  // One that nobody uses rests after six hours; a call wakes it.
  ok("PurgeQueue", with_url());
  live(6h);
  EXPECT_TRUE(depth(kDepth, 1min).has_value());
  live(1h);
  EXPECT_FALSE(depth(kDepth, 58min).has_value());
  EXPECT_FALSE(world.sqs.next_due(world).has_value());
  ok("GetQueueAttributes", with_url(R"(,"AttributeNames":["All"])"));
  live(2min);
  EXPECT_TRUE(depth(kDepth, 2min).has_value());
}

TEST_F(SqsServiceTest, SavedAndLoaded) {
  make_queue(R"({"VisibilityTimeout":"5"})");
  ok("SendMessage",
     with_url(
         R"(,"MessageBody":"hello","MessageAttributes":{"a":{"DataType":"Binary","BinaryValue":"AAE="}})"));
  ok("ReceiveMessage", with_url());
  sns("Action=CreateTopic&Name=alarms");
  sns(std::string("Action=Subscribe&Protocol=email&Endpoint=me%40example.com&TopicArn=") + kTopic);
  SqsModel queues;
  queues.load(json::parse(json::serialize(world.sqs.save())));
  EXPECT_EQ(json::serialize(queues.save()), json::serialize(world.sqs.save()));
  SnsModel topics;
  topics.load(json::parse(json::serialize(world.sns.save())));
  EXPECT_EQ(json::serialize(topics.save()), json::serialize(world.sns.save()));
}

}  // namespace
}  // namespace snapferry::emulator
