// Templates read, refused and evaluated.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/template/template.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/cloudformation/template/dependencies.h"
#include "emulator/cloudformation/template/intrinsics.h"
#include "emulator/cloudformation/template/parameters.h"
#include "emulator/cloudformation/template/template_text.h"
#include "emulator/cloudformation/type_check.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

std::string refusal_of(const std::string& text) {
  const auto document = read_template(text);
  if (!document) return document.error().message;
  if (const auto checked = check_references(*document); !checked) return checked.error().message;
  if (const auto checked = check_types(*document); !checked) return checked.error().message;
  return "";
}

TEST(TemplateText, WritesShortTagsOutInFull) {
  const auto value = read_template_text(
      "a: !Sub 'x${B}'\nb: !GetAtt C.D.E\nc: !If [X, !Ref Y, 012]\nd: 2012-10-17\ne: '14'\nf: 0.5\n"
      "g: true\nh: 14\n");
  ASSERT_TRUE(value);
  EXPECT_EQ(json::serialize(*value),
            R"({"a":{"Fn::Sub":"x${B}"},"b":{"Fn::GetAtt":["C","D.E"]},)"
            R"("c":{"Fn::If":["X",{"Ref":"Y"},"012"]},"d":"2012-10-17","e":"14","f":5E-1,)"
            R"("g":true,"h":14})");
}

TEST(TemplateText, ReadsJson) {
  EXPECT_EQ(*read_template_text(R"({"a": {"Ref": "B"}})"), json::parse(R"({"a": {"Ref": "B"}})"));
}

TEST(TemplateText, TellsWhereItIsNotWellFormed) {
  EXPECT_THAT(refusal_of("a: b\n  c: [d\n"),
              HasSubstr("Template format error: YAML not well-formed. (line "));
  EXPECT_EQ(refusal_of("{\"a\": 1,\n \"b\" 2}"),
            "Template format error: JSON not well-formed. (line 2, column 6)");
  EXPECT_THAT(refusal_of("a: 1\na: 2\n"), HasSubstr("YAML not well-formed"));
  EXPECT_THAT(refusal_of("a: &x 1\nb: *x\n"), HasSubstr("YAML aliases are not allowed"));
  EXPECT_THAT(refusal_of("a: !Nonsense 1\n"), HasSubstr("unknown tag !Nonsense"));
}

struct BadTemplate {
  const char* text;
  const char* message;
};

class RefusedTemplate : public ::testing::TestWithParam<BadTemplate> {};

TEST_P(RefusedTemplate, IsRefusedAsCloudFormationDoes) {
  EXPECT_THAT(refusal_of(GetParam().text), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedTemplate,
    ::testing::Values(
        BadTemplate{"Resources: {}", "At least one Resources member must be defined."},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic}}\nNonsense: 1",
                    "Invalid template property or properties [Nonsense]"},
        BadTemplate{"Resources: {A: {Properties: {}}}",
                    "Every Resources object must contain a Type member."},
        BadTemplate{"Resources: {A_B: {Type: AWS::SNS::Topic}}", "A_B is non alphanumeric"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Nonsense: 1}}",
                    "Invalid template resource property 'Nonsense'"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: }}}",
                    "[/Resources/A/Properties/DisplayName] 'null' values are not allowed"},
        BadTemplate{"Resources: {A: {Type: AWS::EC2::Instance}}",
                    "Unrecognized resource types: [AWS::EC2::Instance]"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Properties: {Nonsense: 1}}}",
                    "Encountered unsupported property Nonsense"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Properties: {Tags: [{Nonsense: 1}]}}}",
                    "Encountered unsupported property Tags/Nonsense"},
        BadTemplate{"Resources: {A: {Type: AWS::KMS::Alias, Properties: {TargetKeyId: x}}}",
                    "#: required key [AliasName] not found"},
        BadTemplate{"Resources: {A: {Type: 'Custom::Key', Properties: {X: y}}}",
                    "required key [ServiceToken] not found"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, DependsOn: B}}",
                    "Unresolved resource dependencies [B] in the Resources block"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref B}}}",
                    "Unresolved resource dependencies [B] in the Resources block"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: "
                    "!Sub '${B.Arn}'}}}",
                    "instance of Fn::GetAtt references undefined resource B"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic}}\nOutputs: {O: {Value: !GetAtt A.X}}",
                    "resource A does not support attribute type X in Fn::GetAtt"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Condition: Nope}}",
                    "Unresolved condition dependency Nope"},
        BadTemplate{"Conditions: {C: !Equals [!Ref A, x]}\nResources: {A: {Type: AWS::SNS::Topic}}",
                    "Cannot reference resources in the Conditions block"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: "
                    "!FindInMap [M, a, b]}}}",
                    "Mapping named 'M' is not present"},
        BadTemplate{"Parameters: {P: {Type: Nonsense}}\nResources: {A: {Type: AWS::SNS::Topic}}",
                    "Unrecognized parameter type: Nonsense"},
        BadTemplate{"Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: "
                    "{'Fn::Nonsense': 1}}}}",
                    "Unrecognized intrinsic function: Fn::Nonsense"}));

constexpr const char* kSmall = "Resources: {A: {Type: AWS::SNS::Topic}}\n";

std::string parameters_refusal(const std::string& declaration,
                               const std::vector<GivenParameter>& given) {
  const auto document = read_template(kSmall + declaration);
  if (!document) return document.error().message;
  const auto values = resolve_parameters(*document, given, {{"Old", "kept"}});
  return values ? "" : values.error().message;
}

TEST(Parameters, AreHeldAgainstTheirDeclarations) {
  EXPECT_EQ(parameters_refusal("Parameters: {P: {Type: String}, Q: {Type: String}}", {}),
            "Parameters: [P, Q] must have values");
  EXPECT_EQ(parameters_refusal("Parameters: {P: {Type: String}}", {{.key = "X"}}),
            "Parameters: [X] do not exist in the template");
  const std::string number = "Parameters: {P: {Type: Number, MinValue: 0, MaxValue: 9}}";
  EXPECT_EQ(parameters_refusal(number, {{.key = "P", .value = "7"}}), "");
  EXPECT_EQ(parameters_refusal(number, {{.key = "P", .value = "x"}}),
            "Parameter 'P' must be a number");
  EXPECT_EQ(parameters_refusal(number, {{.key = "P", .value = "10"}}),
            "Parameter 'P' must be a number not greater than 9");
  const std::string pattern =
      "Parameters: {P: {Type: String, AllowedPattern: '[a-z]+', "
      "ConstraintDescription: lower case}}";
  EXPECT_EQ(parameters_refusal(pattern, {{.key = "P", .value = "abc"}}), "");
  EXPECT_EQ(parameters_refusal(pattern, {{.key = "P", .value = "abC"}}),
            "Parameter P failed to satisfy constraint: lower case");
  EXPECT_EQ(parameters_refusal("Parameters: {P: {Type: String, AllowedValues: [a, b]}}",
                               {{.key = "P", .value = "c"}}),
            "Parameter 'P' must be one of AllowedValues [a, b]");
  EXPECT_EQ(parameters_refusal("Parameters: {P: {Type: String, MinLength: 2}}",
                               {{.key = "P", .value = "c"}}),
            "Parameter 'P' must contain at least 2 characters");
}

TEST(Parameters, KeepThePreviousValueWhenAskedTo) {
  const auto document = read_template(std::string(kSmall) + "Parameters: {Old: {Type: String}}");
  ASSERT_TRUE(document);
  const auto values = resolve_parameters(*document, {{.key = "Old", .is_previous_wanted = true}},
                                         {{"Old", "kept"}});
  EXPECT_EQ(values->at("Old"), "kept");
}

class Intrinsics : public ::testing::Test {
 protected:
  std::string value(const std::string& yaml) {
    document = *read_template(R"(
Resources: {R: {Type: AWS::SNS::Topic}}
Mappings: {M: {eu-west-1: {Size: 3}}}
Conditions:
  Is: !Equals [a, a]
  Isnt: !Not [!Condition Is]
  Both: !And [!Condition Is, !Condition Isnt]
  One: !Or [!Condition Is, !Condition Isnt]
)");
    scope.document = &document;
    scope.parameters["AWS::Region"] = "eu-west-1";
    scope.parameters["List"] = json::array{"x", "y"};
    scope.ref = [](const std::string& id) { return json::value(id + "-id"); };
    scope.attribute = [](const std::string& id, const std::string& name) {
      return json::value(id + "/" + name);
    };
    Evaluator evaluator(scope);
    const auto evaluated = evaluator.evaluate(*read_template_text("v: " + yaml));
    if (!evaluated) return evaluated.error().message;
    const json::value* v = (*evaluated)->get_object().if_contains("v");
    return v == nullptr ? "nothing" : json::serialize(*v);
  }

  Template document;
  Scope scope;
};

TEST_F(Intrinsics, GiveWhatTheyAreDocumentedToGive) {
  EXPECT_EQ(value("!Ref R"), "\"R-id\"");
  EXPECT_EQ(value("!GetAtt R.A.B"), "\"R/A.B\"");
  EXPECT_EQ(value("!Sub '${R} ${R.Arn} ${!R} ${AWS::Region}'"), "\"R-id R/Arn ${R} eu-west-1\"");
  EXPECT_EQ(value("!Sub ['${Own}-${R}', {Own: !Ref AWS::Region}]"), "\"eu-west-1-R-id\"");
  EXPECT_EQ(value("!Join ['-', [a, !Ref R, 3]]"), "\"a-R-id-3\"");
  EXPECT_EQ(value("!Select [1, !Ref List]"), "\"y\"");
  EXPECT_EQ(value("!Split [',', 'a,b,,c']"), R"(["a","b","","c"])");
  EXPECT_EQ(value("!FindInMap [M, !Ref AWS::Region, Size]"), "3");
  EXPECT_EQ(value("!Base64 hello"), "\"aGVsbG8=\"");
  EXPECT_EQ(value("!If [Is, 1, 2]"), "1");
  EXPECT_EQ(value("!If [Both, 1, 2]"), "2");
  EXPECT_EQ(value("!If [One, 1, 2]"), "1");
  EXPECT_EQ(value("!If [Isnt, 1, !Ref AWS::NoValue]"), "nothing");
  EXPECT_EQ(value("[a, !If [Isnt, b, !Ref AWS::NoValue], c]"), R"(["a","c"])");
}

TEST_F(Intrinsics, RefuseWhatIsNotThere) {
  EXPECT_THAT(value("!Select [7, !Ref List]"), HasSubstr("nonexistent value at index 7"));
  EXPECT_EQ(value("!FindInMap [M, eu-west-1, Nonsense]"),
            "Template error: Unable to get mapping for M::eu-west-1::Nonsense");
}

TEST(Dependencies, ComeFirstAndMayNotBeCircular) {
  const auto order = order_by_need({{"a", {"b"}}, {"b", {"c"}}, {"c", {}}, {"d", {"gone"}}});
  EXPECT_THAT(*order, ::testing::ElementsAre("c", "d", "b", "a"));
  const auto circle = order_by_need({{"a", {"b"}}, {"b", {"a"}}, {"c", {}}});
  EXPECT_EQ(circle.error().message, "Circular dependency between resources: [a, b]");
}

TEST(Capabilities, AreNamedWhenARoleIs) {
  const auto role = [](const std::string& more) {
    return *read_template("Resources: {R: {Type: AWS::IAM::Role, Properties: {" + more +
                          "AssumeRolePolicyDocument: {}}}}");
  };
  EXPECT_EQ(check_capabilities(role(""), {}).error().message,
            "Requires capabilities : [CAPABILITY_IAM]");
  EXPECT_TRUE(check_capabilities(role(""), {"CAPABILITY_NAMED_IAM"}));
  const auto refused = check_capabilities(role("RoleName: x, "), {"CAPABILITY_IAM"});
  EXPECT_EQ(refused.error().code, "InsufficientCapabilitiesException");
  EXPECT_EQ(refused.error().message, "Requires capabilities : [CAPABILITY_NAMED_IAM]");
}

}  // namespace
}  // namespace snapferry::emulator::cloudformation
