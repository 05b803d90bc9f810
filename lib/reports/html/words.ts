import type { TenantFailure } from "../../findings/tenant-audit.ts";
import type { SectionName } from "../../inventory/inventory.ts";
import type { UnknownReason } from "../../model/finding.ts";
import type { ResourceType } from "../../model/resource.ts";

/** Why a tenant could not be audited, for a person. */
export const FAILURES: Readonly<Record<TenantFailure, string>> = {
  unreachable: "Auth0 could not be reached",
  "credentials-refused": "Auth0 refused the auditor's credentials",
  "no-grant": "The auditor has no grant for the Management API",
  throttled: "Auth0 kept answering that there were too many requests",
  "reference-unresolved": "The auditor's secret could not be fetched",
};

/** Why something is not known, for a person. */
export const REASONS: Readonly<Record<UnknownReason, string>> = {
  "missing-scope": "The auditor lacks a scope",
  "feature-unavailable": "The tenant's plan or settings lack the feature",
  "fetch-failed": "Auth0 gave no usable answer",
  truncated: "Auth0's list does not match its own count",
  "time-out": "Reading it took too long",
  defect: "Curfew itself failed",
  "no-history": "Nothing has been recorded yet",
  "not-reported": "Auth0's answer does not say",
};

/** The sections by the names that Auth0's dashboard uses. */
export const SECTIONS: Readonly<Record<SectionName, string>> = {
  tenantSettings: "Tenant settings",
  clients: "Applications",
  clientAuthentication: "How applications authenticate",
  clientCredentials: "Applications' registered keys",
  resourceServers: "APIs",
  clientGrants: "Client grants",
  signingKeys: "Signing keys",
  actions: "Actions",
  networkAcls: "Network ACLs",
  emailTemplates: "Email templates",
};

/** The kinds of resources by the names that Auth0's dashboard uses. */
export const RESOURCES: Readonly<Record<ResourceType, string>> = {
  tenant: "tenant",
  client: "application",
  "client-credential": "application's key",
  "resource-server": "API",
  "client-grant": "client grant",
  "signing-key": "signing key",
  action: "action",
  "email-template": "email template",
  section: "section",
  exception: "exception",
};

/** The first letter large. */
export const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A number and its noun: "1 tenant", "1,200 findings". */
export const counted = (count: number, one: string, many: string = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** A number with its thousands apart. */
export const number = (value: number): string => value.toLocaleString("en");

/** A list as a sentence has it: "a, b and c". */
export function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}
