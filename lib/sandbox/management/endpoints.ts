import { ACTION_ENDPOINTS } from "./actions.ts";
import { CLIENT_CREDENTIAL_ENDPOINTS } from "./client-credentials.ts";
import { CLIENT_GRANT_ENDPOINTS } from "./client-grants.ts";
import { CLIENT_READ_ENDPOINTS } from "./clients-read.ts";
import { CLIENT_WRITE_ENDPOINTS } from "./clients-write.ts";
import { EMAIL_TEMPLATE_ENDPOINTS } from "./email-templates.ts";
import type { Endpoint } from "./endpoint.ts";
import { LOG_ENDPOINTS } from "./logs.ts";
import { NETWORK_ACL_ENDPOINTS } from "./network-acls.ts";
import { ORGANIZATION_GRANT_ENDPOINTS } from "./organization-grants.ts";
import { RESOURCE_SERVER_ENDPOINTS } from "./resource-servers.ts";
import { SIGNING_KEY_ENDPOINTS } from "./signing-keys.ts";
import { TENANT_SETTINGS_ENDPOINTS } from "./tenant-settings.ts";
import { USER_SESSION_ENDPOINTS } from "./user-sessions.ts";

/** Every endpoint of the Management API that the sandbox has. A new family of endpoints is added here. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...CLIENT_READ_ENDPOINTS,
  ...CLIENT_WRITE_ENDPOINTS,
  ...CLIENT_CREDENTIAL_ENDPOINTS,
  ...CLIENT_GRANT_ENDPOINTS,
  ...ORGANIZATION_GRANT_ENDPOINTS,
  ...RESOURCE_SERVER_ENDPOINTS,
  ...TENANT_SETTINGS_ENDPOINTS,
  ...ACTION_ENDPOINTS,
  ...NETWORK_ACL_ENDPOINTS,
  ...EMAIL_TEMPLATE_ENDPOINTS,
  ...SIGNING_KEY_ENDPOINTS,
  ...LOG_ENDPOINTS,
  ...USER_SESSION_ENDPOINTS,
];
