import * as z from "zod";
import type { Check } from "../checks/define-check.ts";
import { SEVERITIES } from "../model/severity.ts";
import { principalArn } from "./address-fields.ts";
import { email, formed, listOf, oneOf, whole, words } from "./fields.ts";
import { policy } from "./policy-schema.ts";
import { secretReference } from "./secret-fields.ts";
import { tenant } from "./tenant-schema.ts";

const exception = z
  .strictObject({
    check: words({ title: "Check", description: "The id of the check; curfew checks lists them." }),
    tenant: words({ title: "Tenant", description: "The tenant's name; all tenants when left out." }).optional(),
    resource: words({
      title: "Resource",
      description: 'The id of the finding\'s resource, or "*" (in quotes) for every resource of that check.',
    }),
    reason: words({ title: "Reason", description: "Why this is acceptable, for the person who reads the report." }),
    owner: words({ title: "Owner", description: "Who answers for it." }),
    expires: formed(
      {
        title: "Expires",
        description: "The last day, UTC, on which the exception holds: YYYY-MM-DD, at most 365 days ahead.",
      },
      /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
      "the last day of an exception is written as 2027-03-31",
    ),
  })
  .meta({ title: "Exception", description: "A finding that somebody accepts until a day." });

const schedule = z
  .strictObject({
    audit: formed(
      {
        title: "Audit",
        description: "When to audit, at most 3 days apart: cron(0 6 * * ? *) in AWS's six fields, or rate(1 day).",
      },
      /^(?:cron\(.+\)|rate\(.+\))$/,
      (written) =>
        /^(cron|rate)\(/.test(written)
          ? "the closing bracket is missing; an expression with a comma needs quotes inside of { }"
          : "write cron(0 6 * * ? *) or rate(1 day)",
    ),
    timezone: words({ title: "Time zone", description: "The zone in which the cron expression counts." }).default(
      "UTC",
    ),
  })
  .meta({ title: "Schedule", description: "When the deployed stack audits." });

const rotation = z
  .strictObject({
    maxPerRun: whole(
      { title: "Most per run", description: "How many credentials one run may begin to rotate." },
      1,
      1000,
    ).default(5),
    maxPercentPerRun: whole(
      {
        title: "Most per cent per run",
        description: "What share of all credentials one run may begin to rotate; at least one.",
      },
      1,
      100,
    ).default(10),
  })
  .meta({ title: "Rotation", description: "How much one run may change." })
  .prefault({});

const addresses = (title: string, description: string) =>
  listOf({ title, description }, email({ title: "Address", description: "An email address." })).default([]);

const alerts = z
  .strictObject({
    email: addresses("Email", "Who hears at once."),
    slack: z
      .strictObject({
        webhook: secretReference({
          title: "Webhook",
          description: "Where the URL of the incoming webhook is: secretsmanager:NAME, or env:NAME on a laptop.",
        }),
        minimum: oneOf({ title: "Minimum", description: "The mildest severity that is posted." }, SEVERITIES).default(
          "high",
        ),
      })
      .meta({ title: "Slack", description: "A channel that hears at once." })
      .optional(),
    digest: z
      .strictObject({ email: addresses("Email", "Who gets the daily digest.") })
      .meta({ title: "Digest", description: "The daily summary." })
      .prefault({}),
  })
  .meta({ title: "Alerts", description: "Who hears what." })
  .prefault({});

const principals = (title: string, description: string) =>
  listOf(
    { title, description },
    principalArn({ title: "Principal", description: "The ARN of an IAM role or user." }),
  ).min(1, { error: "name at least one role or user" });

const incidents = z
  .strictObject({
    requesters: principals("Requesters", "Who may start an incident."),
    approvers: principals("Approvers", "Who may approve its irreversible steps; never the person who asked."),
  })
  .meta({ title: "Incidents", description: "Who may do what in an emergency." });

const versionSentence = ({ input }: { input?: unknown }): string | undefined =>
  input === undefined || input === null ? undefined : "the only version of this format is the number 1: version: 1";

/**
 * The whole of `curfew.yaml`. Which checks the policy may name depends on the catalogue.
 * What no single key can show (duplicates, dates, references between keys) is in the rules beside this file.
 */
export const configSchema = (catalogue: readonly Check[]) =>
  z
    .strictObject({
      version: z
        .literal(1, { error: versionSentence })
        .meta({ title: "Version", description: "The version of this file's format: 1." }),
      tenants: listOf({ title: "Tenants", description: "The tenants to audit." }, tenant).min(1, {
        error: "name at least one tenant",
      }),
      policy: policy(catalogue),
      exceptions: listOf({ title: "Exceptions", description: "Findings that somebody accepts." }, exception).default(
        [],
      ),
      schedule: schedule.optional(),
      rotation,
      alerts,
      incidents: incidents.optional(),
    })
    .meta({ title: "Curfew", description: "Configuration of Curfew, the compliance auditor for Auth0 tenants." });

/** The configuration as the rest of Curfew reads it: durations in seconds, defaults filled in. */
export type Config = z.output<ReturnType<typeof configSchema>>;
export type TenantConfig = Config["tenants"][number];
/** How Curfew logs in with one of its own applications: a reference to a secret or to a private key. */
export type LoginConfig = TenantConfig["auditor"];
export type PolicyConfig = Config["policy"];
export type ExceptionConfig = Config["exceptions"][number];
