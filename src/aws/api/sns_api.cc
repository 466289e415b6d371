// SPDX-License-Identifier: Apache-2.0
#include "aws/api/sns_api.h"

#include <fmt/format.h>

#include "aws/xml_reader.h"

namespace snapferry::aws {

QueryForm publish_form(std::string_view topic, const core::Message& message) {
  QueryForm form("Publish", "2010-03-31");
  form.add("TopicArn", topic);
  form.add("Message", std::string_view(message.text));
  form.add_if("Subject", message.subject);
  int number = 0;
  for (const auto& [name, value] : message.attributes) {
    const std::string prefix = fmt::format("MessageAttributes.entry.{}", ++number);
    form.add(prefix + ".Name", std::string_view(name));
    form.add(prefix + ".Value.DataType", "String");
    form.add(prefix + ".Value.StringValue", std::string_view(value));
  }
  return form;
}

core::Result<void> parse_publish(std::string_view body) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  if (document.root().child("PublishResult").text("MessageId").empty()) {
    return core::fail(core::ErrorKind::invalid, "answer to Publish has no MessageId");
  }
  return {};
}

}  // namespace snapferry::aws
