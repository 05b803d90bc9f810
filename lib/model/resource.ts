/** The kinds of things a finding can be about. */
const RESOURCE_TYPES = [
  "tenant",
  "client",
  "client-credential",
  "resource-server",
  "client-grant",
  "signing-key",
  "action",
  "email-template",
  "section",
  "exception",
] as const;

export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** What a finding is about. `type` and `id` identify it; `name` is chosen by strangers and only for display. */
export interface Resource {
  type: ResourceType;
  /** Auth0's identifier; for a tenant its domain, for a section its name. */
  id: string;
  name: string | null;
  /** The owning client's id, for a `client-credential` only. */
  client?: string;
}
