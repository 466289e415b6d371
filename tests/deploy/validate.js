// Runs AWS's own validator over templates: cases on stdin, what it found on stdout, both JSON.
//   [{"template": FILE, "parameters": {...}, "region": REGION}, ...] -> [[{severity, rule, id, message}, ...], ...]
// SPDX-License-Identifier: Apache-2.0
"use strict";

const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const load = createRequire(process.argv[2] + "/");
const { CelEngine, TemplateFile } = load("@aws/cloudformation-validate");

const cases = JSON.parse(readFileSync(0, "utf8"));
// Takes seconds to make; one serves all cases.
const engine = new CelEngine();
const found = cases.map(({ template, parameters, region }) =>
  engine
    .validateStandard(new TemplateFile(template), {
      severityLevel: "WARN",
      parameterOverrides: parameters,
      pseudoParameterOverrides: { region, accountId: "123456789012", partition: "aws", stackName: "Stack" },
    })
    .diagnostics.map((d) => ({ severity: d.severity, rule: d.ruleId, id: d.entity?.logicalId, message: d.message }))
);
engine.free();
process.stdout.write(JSON.stringify(found));
