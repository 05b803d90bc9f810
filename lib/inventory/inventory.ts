import type { Action } from "../auth0/resources/action.ts";
import type { Client, ClientAuthentication, ClientCredential } from "../auth0/resources/client.ts";
import type { ClientGrant } from "../auth0/resources/client-grant.ts";
import type { EmailTemplate } from "../auth0/resources/email-template.ts";
import type { NetworkAcl } from "../auth0/resources/network-acl.ts";
import type { ResourceServer } from "../auth0/resources/resource-server.ts";
import type { SigningKey } from "../auth0/resources/signing-key.ts";
import type { TenantSettings } from "../auth0/resources/tenant-settings.ts";
import type { UnknownReason } from "../model/finding.ts";

/** What each section of an inventory holds when it is complete. */
export interface Sections {
  tenantSettings: TenantSettings;
  clients: readonly Client[];
  clientAuthentication: readonly ClientAuthentication[];
  clientCredentials: readonly ClientCredential[];
  resourceServers: readonly ResourceServer[];
  clientGrants: readonly ClientGrant[];
  signingKeys: readonly SigningKey[];
  actions: readonly Action[];
  networkAcls: readonly NetworkAcl[];
  emailTemplates: readonly EmailTemplate[];
}

export type SectionName = keyof Sections;

/** All sections, in the order in which reports name them. */
export const SECTION_NAMES = [
  "tenantSettings",
  "clients",
  "clientAuthentication",
  "clientCredentials",
  "resourceServers",
  "clientGrants",
  "signingKeys",
  "actions",
  "networkAcls",
  "emailTemplates",
] as const satisfies readonly SectionName[];

/** Why a section is not there. `detail` is short: a scope, a count, the kind of failure; never a response body. */
export interface Unavailable {
  status: "unavailable";
  reason: UnknownReason;
  detail: string | null;
}

/** One part of a tenant: read to its end, or unavailable with its reason. There is no third state. */
export type Section<T> = { status: "complete"; data: T; count: number } | Unavailable;

/** One tenant as it was read. Sections that nobody needs are absent. */
export type Inventory = { readonly [Name in SectionName]?: Section<Sections[Name]> };
