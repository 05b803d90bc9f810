/** One mistake: FULL with a passage replaced. `§` marks the place that the mistake must point at. */
export interface MistakeCase {
  title: string;
  from: string;
  to: string;
  /** What the sentence must say. */
  says: string;
  /** How many mistakes there are in all; 1 when left out. */
  count?: number;
}

type Row = [title: string, from: string, to: string, says: string, count?: number];

const cases = (rows: Row[]): MistakeCase[] =>
  rows.map(([title, from, to, says, count = 1]) => ({ title, from, to, says, count }));

const PEM = "-----BEGIN PRIVATE KEY-----";
const PASTED = "Zk3vT9qLxW2mB7cN5dJ8fH1gR4sY6uA0eP_iOtKjQwErTyUiOpAsDfGhJkLzXcVb";
const EXCEPTION = `    resource: cgr_abc
    reason: Deploy pipeline, reviewed in SEC-112
    owner: dana@acme.example
    expires: 2027-03-31
`;

export const KEY_CASES = cases([
  ["unknown key with a near one", "    plan: enter", "    §paln: enter", 'unknown key; did you mean "plan"?'],
  ["snake case for camel case", "clientId: def", "§client_id: def", 'unknown key; did you mean "clientId"?', 2],
  ["missing key", "rotator: { clientId: def, ", "§rotator: { ", "required, but missing (The client id"],
  [
    "missing key in a list item",
    "- clientId: mno\n        kind: private-key",
    "- §kind: private-key",
    "required, but missing",
  ],
  [
    "unknown key far from all",
    "environment: production",
    "§zone: production",
    "known here: name, domain, origin, plan",
  ],
  ["key at the top", "rotation: {", "§rotations: {", 'did you mean "rotation"?'],
  ["key that JavaScript knows", "environment: production", "§__proto__: production", "unknown key"],
  ["merge key", "environment: production", "§<<: { environment: production }", "merge keys"],
  ["duplicate key", "    plan: enterprise\n", "    plan: enterprise\n    §plan: free\n", "stands here already"],
  ["empty value", "environment: production", "§environment:", "this is empty"],
  ["number for text", "environment: production", "environment: §12", "must be text, not a number; put it in quotes"],
  ["boolean for text", "environment: production", "environment: §true", "not true or false; put it in quotes"],
  ["text for a boolean", "allowHs256: false", "allowHs256: §no", "must be true or false"],
  ["quoted number", "maxPerRun: 4", 'maxPerRun: §"4"', "must be a number, not text; leave out the quotes"],
  [
    "list for a mapping",
    "rotator: { clientId: def, privateKey: secretsmanager:curfew/acme-prod/rotator }",
    "rotator: §[]",
    "must be a mapping of keys, not a list",
  ],
  ["text for a list", "email: [oncall@acme.example]", "email: §oncall@acme.example", "must be a list, not text"],
  ["blank text", "environment: production", 'environment: §"  "', "this is empty"],
  ["very long text", "environment: production", `environment: §${"x".repeat(501)}`, "longer than 500 characters"],
  ["unknown version", "version: 1", "version: §2", "version: 1"],
  ["version as text", "version: 1", 'version: §"1"', "the number 1"],
]);

export const TENANT_CASES = cases([
  ["upper case in a name", "name: acme-prod", "name: §Acme-Prod", "lower-case letters, digits and hyphens", 2],
  ["long name", "name: acme-prod", `name: §${"a".repeat(41)}`, "1 to 40", 2],
  ["domain with a scheme", "domain: acme", "domain: §https://acme", "leave out https://"],
  ["domain with a path", "acme.eu.auth0.com", "§acme.eu.auth0.com/api/v2/", "leave out the path"],
  ["domain with a port", "acme.eu.auth0.com", "§acme.eu.auth0.com:443", "leave out the port"],
  ["domain in upper case", "acme.eu.auth0.com", "§Acme.EU.auth0.com", "lower case"],
  ["domain without a dot", "acme.eu.auth0.com", "§acme", "host name"],
  ["address as a domain", "acme.eu.auth0.com", "§203.0.113.7", "host name"],
  ["user in a domain", "acme.eu.auth0.com", "§acme@eu.auth0.com", "host name"],
  ["origin elsewhere", "http://127.0.0.1:4401", "§http://sandbox.acme.example:4401", "not loopback"],
  ["origin that only begins like localhost", "http://127.0.0.1:4401", "§http://localhost.acme.example", "not loopback"],
  ["origin that hides its host", "http://127.0.0.1:4401", "§http://127.0.0.1@acme.example", "user and password"],
  ["origin with all addresses", "http://127.0.0.1:4401", "§http://0.0.0.0:4401", "not loopback"],
  ["origin with a path", "http://127.0.0.1:4401", "§http://127.0.0.1:4401/api", "leave out what follows the port"],
  ["origin with a question", "http://127.0.0.1:4401", "§http://127.0.0.1:4401?", "leave out what follows the port"],
  ["origin of another scheme", "http://127.0.0.1:4401", "§ftp://127.0.0.1", "not an origin"],
  ["origin with a bad port", "http://127.0.0.1:4401", "§http://127.0.0.1:99999", "not an origin"],
  ["unknown plan", "plan: enterprise", "plan: §enterprize", 'did you mean "enterprise"?'],
  ["unknown plan far from all", "plan: enterprise", "plan: §gold", "one of free, essentials, professional, enterprise"],
  ["owner without an address", "identity@acme.example", "§the identity team", "email address"],
  [
    "login with nothing",
    "responder: { clientId: ghi, secret: env:RESPONDER_SECRET }",
    "§responder: { clientId: ghi }",
    "secret or privateKey",
  ],
  [
    "login with both",
    "clientId: ghi, secret: env:RESPONDER_SECRET",
    "clientId: ghi, secret: env:A, §privateKey: env:B",
    "keep the one it uses",
  ],
  ["spare that is the responder", "spareResponder: { clientId: pqr", "spareResponder: { clientId: §ghi", "another app"],
  [
    "spare without a responder",
    "responder: { clientId: ghi, secret: env:RESPONDER_SECRET }\n    spareResponder",
    "§spareResponder",
    "no responder",
  ],
  ["client id with a space", "clientId: abc", "clientId: §a bc", "no spaces"],
  ["range without a prefix", "203.0.113.7/32", "§203.0.113.7", "write /32 behind it"],
  ["range with a long prefix", "203.0.113.7/32", "§203.0.113.7/33", "1 to 32"],
  ["range of another family's length", '"2001:db8::/64"', '§"2001:db8::/129"', "1 to 128"],
  ["range that is none", "203.0.113.7/32", "§203.0.113.700/32", "not a range of addresses"],
  ["range of everything", "203.0.113.7/32", "§0.0.0.0/0", "every address there is"],
  ["no range", '[203.0.113.7/32, "2001:db8::/64"]', "§[]", "at least one range"],
]);

export const SECRET_CASES = cases([
  ["secret in plain", "secret: env:RESPONDER_SECRET", `secret: §${PASTED}`, "never stands in this file in plain"],
  ["private key in plain", "privateKey: secretsmanager:curfew/acme-prod/rotator", `privateKey: §"${PEM}"`, "in plain"],
  [
    "webhook in plain",
    "webhook: secretsmanager:curfew/slack-webhook",
    "webhook: §https://hooks.slack.example/T0",
    "in plain",
  ],
  ["prefix with a slip", "secretsmanager:curfew/slack-webhook", "§secretmanager:curfew/slack", "in plain"],
  ["variable with an odd name", "env:RESPONDER_SECRET", "§env:RESPONDER-SECRET", "name of an environment variable"],
  [
    "ARN behind the prefix",
    "secretsmanager:curfew/slack-webhook",
    "§secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:x",
    "not its ARN",
  ],
  ["name with a space", "secretsmanager:curfew/slack-webhook", "§secretsmanager:curfew slack", "no spaces"],
  [
    "secret behind the prefix",
    "secretsmanager:curfew/slack-webhook",
    `§secretsmanager:${PASTED}`,
    "looks like the secret itself",
  ],
  ["number as a secret", "secret: env:RESPONDER_SECRET", "secret: §123456", "must be text"],
  [
    "credential with a prefix",
    "secret: apps/checkout/auth0",
    "secret: §secretsmanager:apps/checkout/auth0",
    "without secretsmanager:",
  ],
  ["credential from a variable", "secret: apps/checkout/auth0", "secret: §env:CHECKOUT", "without env:"],
  ["credential by ARN", "secret: apps/checkout/auth0", "secret: §arn:aws:secretsmanager:eu:1:secret:x", "ARN"],
  ["credential as PEM", "secret: apps/checkout/auth0", `secret: §"${PEM}"`, "looks like the secret itself"],
  ["credential as JWK", "secret: apps/checkout/auth0", `secret: §'{"kty":"RSA"}'`, "looks like the secret itself"],
  ["credential as the secret", "secret: apps/checkout/auth0", `secret: §${PASTED}`, "looks like the secret itself"],
  ["credential with a space", "secret: apps/checkout/auth0", "secret: §apps checkout", "no spaces"],
  ["credential with a long name", "secret: apps/checkout/auth0", `secret: §${"a/".repeat(257)}`, "512 characters"],
  ["one name for two credentials", "secret: apps/billing/auth0", "secret: §apps/checkout/auth0", "used elsewhere"],
  [
    "one name for a login and another client",
    "secret: apps/billing/auth0",
    "secret: §curfew/acme-prod/auditor",
    "used elsewhere",
  ],
  [
    "one name for two logins",
    "secretsmanager:curfew/acme-prod/rotator",
    "§secretsmanager:curfew/acme-prod/auditor",
    "used elsewhere",
  ],
  [
    "one client and one name for two logins",
    "clientId: def, privateKey: secretsmanager:curfew/acme-prod/rotator",
    "clientId: abc, secret: §secretsmanager:curfew/acme-prod/auditor",
    "used elsewhere",
  ],
  [
    "one name for a login and the webhook",
    "secretsmanager:curfew/slack-webhook",
    "§secretsmanager:curfew/acme-prod/auditor",
    "used elsewhere",
  ],
  ["one client twice", "clientId: mno", "clientId: §jkl", "listed in this tenant already"],
  ["auto without consumers", "rotate: auto\n        consumers: confirmed", "rotate: §auto", "consumers: confirmed"],
  ["consumers with a slip", "consumers: confirmed", "consumers: §confirm", 'did you mean "confirmed"?'],
  ["rotate as a boolean", "rotate: auto", "rotate: §true", "one of off, auto"],
  [
    "HS256 for a private key",
    "overlap: 24h",
    "overlap: 24h\n        §allowHs256: true",
    "leave it out for a private key",
  ],
  ["an overlap shorter than keys are kept", "overlap: 24h", "overlap: §359s", "at least 6m"],
  ["unknown kind", "kind: private-key", "kind: §private_key", 'did you mean "private-key"?'],
  ["duration with a word", "maxAge: 90d", "maxAge: §90 days", "90d, 12h, 30m or 45s"],
  ["duration without a unit", "maxAge: 90d", "maxAge: §90", "90d, 12h, 30m or 45s"],
  ["duration of nothing", "maxAge: 90d", "maxAge: §0d", "from 1"],
  ["fraction of a duration", "maxAge: 90d", "maxAge: §1.5d", "whole number"],
  ["duration too long", "maxAge: 90d", "maxAge: §4000d", "at most 3650d"],
]);

export const POLICY_CASES = cases([
  ["unknown profile", "profile: baseline", "profile: §baselin", 'did you mean "baseline"?'],
  [
    "unknown check",
    "expiry.api.access-token-lifetime:",
    "§expiry.api.acces-token-lifetime:",
    'unknown check; did you mean "expiry.api.access-token-lifetime"?',
  ],
  ["unknown check far from all", "expiry.session.persistent-cookie:", "§nothing.like.this:", "curfew checks lists"],
  ["band the check does not have", "{ medium: 8h, high: 2d }", "{ medium: 8h, §low: 2h }", "it has medium, high"],
  ["band with a slip", "{ medium: 8h, high: 2d }", "{ medium: 8h, §hihg: 2d }", 'did you mean "high"?'],
  [
    "duration for a yes-or-no check",
    "persistent-cookie: off",
    "persistent-cookie: §8h",
    "one severity (info, low, medium, high, critical) or off",
  ],
  ["boolean for a yes-or-no check", "persistent-cookie: off", "persistent-cookie: §false", "one severity"],
  ["bands for a yes-or-no check", "persistent-cookie: off", "persistent-cookie: §{ medium: 8h }", "one severity"],
  ["severity for bands", "{ medium: 8h, high: 2d }", "§high", "limits for medium and high, as { medium: 8h }"],
  ["no bands", "{ medium: 8h, high: 2d }", "§{}", "limits for medium and high"],
  [
    "number for a duration",
    "{ medium: 8h, high: 2d }",
    "{ medium: 8h, high: §172800 }",
    "90d, 12h, 30m or 45s; off is possible too",
  ],
  ["limit too long", "{ medium: 8h, high: 2d }", "{ medium: 8h, high: §99999d }", "at most 3650d"],
  ["duration for a count", "scope-count: { medium: 20 }", "scope-count: { medium: §20d }", "a whole number from 0"],
  ["negative count", "scope-count: { medium: 20 }", "scope-count: { medium: §-1 }", "a whole number from 0"],
  ["fraction for a count", "scope-count: { medium: 20 }", "scope-count: { medium: §2.5 }", "a whole number from 0"],
  ["unknown variant", "{ idle: { medium: 12h } }", "{ §idel: { medium: 12h } }", 'did you mean "idle"?'],
  ["bands where variants are", "{ idle: { medium: 12h } }", "{ §medium: 12h }", "it has absolute, idle"],
  ["band a variant does not have", "{ idle: { medium: 12h } }", "{ idle: { §low: 12h } }", "it has medium, high"],
  ["unknown severity of a variant", "{ confidential: off }", "{ confidential: §hgih }", 'did you mean "high"?'],
]);

export const EXCEPTION_CASES = cases([
  ["exception without expiry", "\n    expires: 2027-03-31", "", "required, but missing (The last day"],
  ["exception without reason", "\n    reason: Deploy pipeline, reviewed in SEC-112", "", "required, but missing (Why"],
  ["exception without owner", "\n    owner: dana@acme.example", "", "required, but missing (Who"],
  ["unquoted star", "resource: cgr_abc", "resource: §*", 'put it in quotes: "*"'],
  ["date in another form", "expires: 2027-03-31", "expires: §31.03.2027", "as 2027-03-31"],
  ["date with a time", "expires: 2027-03-31", "expires: §2027-03-31T00:00:00Z", "as 2027-03-31"],
  ["impossible date", "expires: 2027-03-31", "expires: §2027-02-30", "does not exist"],
  [
    "too far ahead",
    "expires: 2027-03-31",
    "expires: §2027-11-24",
    "366 days ahead; the latest day possible today is 2027-11-23",
  ],
  [
    "unknown check",
    "check: grant.management.write-scopes",
    "check: §grant.management.write-scope",
    'did you mean "grant.management.write-scopes"?',
  ],
  [
    "coverage check",
    "check: grant.management.write-scopes",
    "check: §coverage.section.unavailable",
    "cannot be excepted",
  ],
  ["unknown tenant", "tenant: acme-prod", "tenant: §acme-pord", 'did you mean "acme-prod"?'],
  ["unknown tenant far from all", "tenant: acme-prod", "tenant: §globex", "leave it out to mean all tenants"],
  [
    "the same exception twice",
    EXCEPTION,
    `${EXCEPTION}  - §check: grant.management.write-scopes\n    tenant: acme-prod\n${EXCEPTION}`,
    "stands before; keep one",
  ],
]);

export const REST_CASES = cases([
  ["schedule in words", "cron(0 6 * * ? *)", "§daily", "write cron(0 6 * * ? *) or rate(1 day)"],
  ["five fields", "cron(0 6 * * ? *)", "§cron(0 6 * * ?)", "six fields, not 5"],
  [
    "no question mark",
    "cron(0 6 * * ? *)",
    "§cron(0 6 * * * *)",
    "exactly one of day of month and day of week must be ?",
  ],
  ["hour that does not exist", "cron(0 6 * * ? *)", "§cron(0 25 * * ? *)", "cannot be read"],
  [
    "weekly",
    "cron(0 6 * * ? *)",
    "§cron(0 6 ? * MON *)",
    "from 2026-11-23 05:00 UTC to 2026-11-30 05:00 UTC it is 7 d",
  ],
  [
    "weekdays by AWS's numbers, Saturday to Wednesday",
    "cron(0 6 * * ? *)",
    "§cron(0 6 ? * 4-7/3 *)",
    "at most 3 days apart",
  ],
  ["a month without runs", "cron(0 6 * * ? *)", "§cron(0 6 * 1-10 ? *)", "to 2027-01-01 05:00 UTC"],
  ["the last year over", "cron(0 6 * * ? *)", "§cron(0 6 * * ? 2026)", "this never runs"],
  ["never", "cron(0 6 * * ? *)", "§cron(0 6 30 2 ? *)", "this never runs"],
  ["rate too slow", "cron(0 6 * * ? *)", "§rate(4 days)", "this says 4 d"],
  ["rate with a wrong unit", "cron(0 6 * * ? *)", "§rate(1 week)", "rate(1 day), rate(12 hours)"],
  ["rate in the wrong number", "cron(0 6 * * ? *)", "§rate(2 day)", "rate(1 day), rate(12 hours)"],
  ["unquoted comma", "cron(0 6 * * ? *)", "§cron(0 6,18 * * ? *)", "needs quotes", 2],
  ["unknown zone", "Europe/Berlin", "§Europe/Berln", 'did you mean "Europe/Berlin"?'],
  ["zone in lower case", "Europe/Berlin", "§europe/berlin", 'did you mean "Europe/Berlin"?'],
  ["offset for a zone", "Europe/Berlin", '§"+01:00"', "no such time zone"],
  ["no rotation at all", "maxPerRun: 4", "maxPerRun: §0", "a whole number from 1 to 1000"],
  ["fraction of a rotation", "maxPerRun: 4", "maxPerRun: §2.5", "a whole number from 1 to 1000"],
  ["more than everything", "maxPercentPerRun: 20", "maxPercentPerRun: §101", "a whole number from 1 to 100"],
  ["alert to no address", "email: [oncall@acme.example]", "email: [§oncall]", "not an email address"],
  ["digest to no address", "email: [security@acme.example]", "email: [§security@acme]", "not an email address"],
  ["unknown severity", "minimum: medium", "minimum: §hgih", 'did you mean "high"?'],
  [
    "role by name",
    "requesters: [arn:aws:iam::111122223333:role/oncall]",
    "requesters: [§oncall]",
    "ARN of an IAM role or user",
  ],
  [
    "session for a role",
    "requesters: [arn:aws:iam::111122223333:role/oncall]",
    "requesters: [§arn:aws:sts::111122223333:assumed-role/oncall/dana]",
    "not of a session",
  ],
  ["nobody", "requesters: [arn:aws:iam::111122223333:role/oncall]", "requesters: §[]", "at least one role or user"],
]);
