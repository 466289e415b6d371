// Asks @cloud-copilot/iam-simulate about requests: cases on stdin, verdicts on stdout, both JSON.
//   [{principal, action, resource, context, identityPolicies, resourcePolicy}, ...]
//   -> [{verdict: "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied" | "error: ...", ignored: [KEY, ...]}, ...]
// SPDX-License-Identifier: Apache-2.0
"use strict";

const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const load = createRequire(process.argv[2] + "/");
const { runSimulation } = load("@cloud-copilot/iam-simulate");

const account = (arn) => arn.split(":")[4];

async function ask({ principal, action, resource, context, identityPolicies, resourcePolicy }) {
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: account(resource) || account(principal) },
        contextVariables: context,
      },
      identityPolicies,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    },
    {}
  );
  if (answer.resultType === "error") return { verdict: "error: " + JSON.stringify(answer.errors), ignored: [] };
  const results = answer.resultType === "single" ? [answer.result] : answer.results;
  return { verdict: answer.overallResult, ignored: results.flatMap((r) => r.ignoredContextKeys || []) };
}

Promise.all(JSON.parse(readFileSync(0, "utf8")).map(ask)).then((verdicts) =>
  process.stdout.write(JSON.stringify(verdicts))
);
