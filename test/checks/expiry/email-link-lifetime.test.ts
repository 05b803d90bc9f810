import { expect, test } from "vitest";
import { LINK_TEMPLATES } from "../../../lib/auth0/resources/email-template.ts";
import check from "../../../lib/checks/expiry/email-link-lifetime.ts";
import { anEmailTemplate } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "exactly 24 h", template: "reset_email", value: 86_400, expected: ["pass"] },
  { title: "a second above 24 h", template: "reset_email", value: 86_401, expected: ["medium"] },
  { title: "absent, which is 5 d", template: "reset_email", value: undefined, expected: ["medium"] },
  { title: "null, which is absent", template: "reset_email", value: null, expected: ["medium"] },
  { title: "not a number", template: "reset_email", value: "86400", expected: ["unknown"] },
  { title: "exactly 5 d", template: "verify_email", value: 432_000, expected: ["pass"] },
  { title: "a second above 5 d", template: "verify_email", value: 432_001, expected: ["low"] },
  { title: "absent, which is 5 d", template: "verify_email", value: undefined, expected: ["pass"] },
  { title: "a second above 5 d", template: "blocked_account", value: 432_001, expected: ["low"] },
  { title: "a second above 5 d", template: "user_invitation", value: 432_001, expected: ["low"] },
] as const)("the link of $template: $title gives $expected", ({ template, value, expected }) => {
  const emailTemplates = [anEmailTemplate(template, { urlLifetimeInSeconds: value })];

  expect(verdicts(evaluateCheck(check, { emailTemplates }))).toEqual(expected);
});

test("mails that nobody customized are no findings by Auth0's own measure", () => {
  const emailTemplates = LINK_TEMPLATES.map((template) => anEmailTemplate(template));

  expect(verdicts(evaluateCheck(check, { emailTemplates }, "auth0-default"))).toEqual(["pass", "pass", "pass", "pass"]);
});

test("a finding is about the mail and says that nobody chose the value", () => {
  expect(evaluateCheck(check, { emailTemplates: [anEmailTemplate("reset_email")] })).toMatchObject([
    {
      resource: { type: "email-template", id: "reset_email", name: null },
      message: "Links that reset a password work for 5 d, Auth0's default; the limit is 24 h.",
    },
  ]);
});
