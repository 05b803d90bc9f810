// Written by scripts/generate.ts from the files in the folders beside it: change those, not this one.
// biome-ignore-all assist/source/organizeImports: sorted by file name
// biome-ignore-all format: one line a check
import coverageAuditMissed from "./coverage/audit-missed.ts";
import coverageAuditorOverPrivileged from "./coverage/auditor-over-privileged.ts";
import coverageExceptionExpired from "./coverage/exception-expired.ts";
import coverageInventoryTruncated from "./coverage/inventory-truncated.ts";
import coverageResponderScopes from "./coverage/responder-scopes.ts";
import coverageRotationFailed from "./coverage/rotation-failed.ts";
import coverageSectionUnavailable from "./coverage/section-unavailable.ts";
import credentialClientKeyAge from "./credential/client-key-age.ts";
import credentialClientKeyExpiring from "./credential/client-key-expiring.ts";
import credentialClientKeyLeftover from "./credential/client-key-leftover.ts";
import credentialClientKeyNoExpiry from "./credential/client-key-no-expiry.ts";
import credentialClientKeyReused from "./credential/client-key-reused.ts";
import expiryApiAccessTokenLifetime from "./expiry/api-access-token-lifetime.ts";
import expiryApiImplicitTokenLifetime from "./expiry/api-implicit-token-lifetime.ts";
import expiryApiManagementTokenLifetime from "./expiry/api-management-token-lifetime.ts";
import expiryClientIdTokenLifetime from "./expiry/client-id-token-lifetime.ts";
import expiryEmailLinkLifetime from "./expiry/email-link-lifetime.ts";
import expiryRefreshAbsoluteLifetime from "./expiry/refresh-absolute-lifetime.ts";
import expiryRefreshIdleLifetime from "./expiry/refresh-idle-lifetime.ts";
import expiryRefreshIdleNever from "./expiry/refresh-idle-never.ts";
import expiryRefreshLeeway from "./expiry/refresh-leeway.ts";
import expiryRefreshNeverExpires from "./expiry/refresh-never-expires.ts";
import expiryRefreshNotRotating from "./expiry/refresh-not-rotating.ts";
import expiryRefreshOutlivesSession from "./expiry/refresh-outlives-session.ts";
import expirySessionAbsolute from "./expiry/session-absolute.ts";
import expirySessionEphemeral from "./expiry/session-ephemeral.ts";
import expirySessionIdle from "./expiry/session-idle.ts";
import expirySessionPersistentCookie from "./expiry/session-persistent-cookie.ts";
import grantApiAllowAllScopes from "./grant/api-allow-all-scopes.ts";
import grantApiAnyOrganization from "./grant/api-any-organization.ts";
import grantApiThirdPartyDefault from "./grant/api-third-party-default.ts";
import grantApiUserPolicyOpen from "./grant/api-user-policy-open.ts";
import grantClientLegacyFlow from "./grant/client-legacy-flow.ts";
import grantClientOfflineWithoutNeed from "./grant/client-offline-without-need.ts";
import grantManagementAllowAllScopes from "./grant/management-allow-all-scopes.ts";
import grantManagementClientUnused from "./grant/management-client-unused.ts";
import grantManagementEscalationPath from "./grant/management-escalation-path.ts";
import grantManagementNoIpAllowlist from "./grant/management-no-ip-allowlist.ts";
import grantManagementNonM2m from "./grant/management-non-m2m.ts";
import grantManagementScopeCount from "./grant/management-scope-count.ts";
import grantManagementThirdParty from "./grant/management-third-party.ts";
import grantManagementUserAccess from "./grant/management-user-access.ts";
import grantManagementWriteScopes from "./grant/management-write-scopes.ts";
import grantTenantLegacyFlags from "./grant/tenant-legacy-flags.ts";
import grantTenantOpenDcr from "./grant/tenant-open-dcr.ts";
import grantTenantRefreshRevocationKeepsGrant from "./grant/tenant-refresh-revocation-keeps-grant.ts";
import keySigningAge from "./key/signing-age.ts";
import keySigningPreviousNotRevoked from "./key/signing-previous-not-revoked.ts";
import secretActionAge from "./secret/action-age.ts";
import secretApiHs256 from "./secret/api-hs256.ts";
import secretClientAge from "./secret/client-age.ts";
import secretClientDrift from "./secret/client-drift.ts";
import secretClientHs256 from "./secret/client-hs256.ts";
import secretClientPublicApp from "./secret/client-public-app.ts";
import secretClientSharedSecretAuth from "./secret/client-shared-secret-auth.ts";
import secretClientUnmanaged from "./secret/client-unmanaged.ts";
import secretClientUnused from "./secret/client-unused.ts";
import type { Check } from "./define-check.ts";

/** Every check found on disk; the catalogue sorts them. */
export const ALL_CHECKS: readonly Check[] = [
  coverageAuditMissed,
  coverageAuditorOverPrivileged,
  coverageExceptionExpired,
  coverageInventoryTruncated,
  coverageResponderScopes,
  coverageRotationFailed,
  coverageSectionUnavailable,
  credentialClientKeyAge,
  credentialClientKeyExpiring,
  credentialClientKeyLeftover,
  credentialClientKeyNoExpiry,
  credentialClientKeyReused,
  expiryApiAccessTokenLifetime,
  expiryApiImplicitTokenLifetime,
  expiryApiManagementTokenLifetime,
  expiryClientIdTokenLifetime,
  expiryEmailLinkLifetime,
  expiryRefreshAbsoluteLifetime,
  expiryRefreshIdleLifetime,
  expiryRefreshIdleNever,
  expiryRefreshLeeway,
  expiryRefreshNeverExpires,
  expiryRefreshNotRotating,
  expiryRefreshOutlivesSession,
  expirySessionAbsolute,
  expirySessionEphemeral,
  expirySessionIdle,
  expirySessionPersistentCookie,
  grantApiAllowAllScopes,
  grantApiAnyOrganization,
  grantApiThirdPartyDefault,
  grantApiUserPolicyOpen,
  grantClientLegacyFlow,
  grantClientOfflineWithoutNeed,
  grantManagementAllowAllScopes,
  grantManagementClientUnused,
  grantManagementEscalationPath,
  grantManagementNoIpAllowlist,
  grantManagementNonM2m,
  grantManagementScopeCount,
  grantManagementThirdParty,
  grantManagementUserAccess,
  grantManagementWriteScopes,
  grantTenantLegacyFlags,
  grantTenantOpenDcr,
  grantTenantRefreshRevocationKeepsGrant,
  keySigningAge,
  keySigningPreviousNotRevoked,
  secretActionAge,
  secretApiHs256,
  secretClientAge,
  secretClientDrift,
  secretClientHs256,
  secretClientPublicApp,
  secretClientSharedSecretAuth,
  secretClientUnmanaged,
  secretClientUnused,
];
