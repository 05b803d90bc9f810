import type { Alert } from "../../../lib/alerts/alert.ts";
import type { Publisher } from "../../../lib/alerts/ports.ts";
import { CurfewError, type ErrorCode } from "../../../lib/model/curfew-error.ts";
import type { ResponderTenant, RevokedGrant } from "../../../lib/revocation/ports.ts";
import { isForSame } from "../../../lib/revocation/restore/same-grant.ts";
import type { Process } from "../../support/world/process.ts";
import type { Wire } from "../../support/world/wire.ts";
import { failedAs } from "../../support/world/wired-store.ts";
import type { Guard } from "./guard.ts";
import { notFound, type WorldTenant } from "./tenant.ts";

const tenantFailed = (code: ErrorCode): CurfewError => new CurfewError(code, "Auth0 failed.", { retryable: true });

/** The tenant as a process reaches it: every call goes over the wire. */
export function responderPort(tenant: WorldTenant, guard: Guard, wire: Wire, process: Process): ResponderTenant {
  const call = <T>(name: keyof ResponderTenant, effect: () => T): Promise<T> =>
    wire.call(process, {
      name: `tenant.${name}`,
      effect: () => {
        tenant.allow(name);
        return effect();
      },
      failed: tenantFailed,
    });
  // The kid of the key that signed the responder's own token, and of the one before.
  let token: string | undefined;
  let former: string | undefined;
  return {
    client: () => call("client", () => tenant.client),
    setGrantTypes: (types) =>
      call("setGrantTypes", () => {
        guard.beforeGrantTypes(types);
        tenant.setGrantTypes(types);
      }),
    keys: () => call("keys", () => [...tenant.keys]),
    attachKeys: (ids) =>
      call("attachKeys", () => {
        guard.beforeAttaching(ids);
        if (!tenant.client) throw notFound();
        tenant.client = { ...tenant.client, attachedKeys: [...ids] };
      }),
    grants: () => call("grants", () => [...tenant.grants.values()].map(withoutOrganizations)),
    organizationsOf: (id) => call("organizationsOf", () => [...(tenant.grants.get(id)?.organizations ?? [])]),
    deleteGrant: (id) =>
      call("deleteGrant", () => {
        guard.beforeDeleting(id);
        tenant.grants.delete(id);
      }),
    createGrant: (grant) =>
      call("createGrant", () => {
        guard.beforeGiving(grant);
        if ([...tenant.grants.values()].some((one) => isForSame(one, grant))) throw twice();
        return tenant.createGrant({ ...grant, isSystem: false, organizations: [] });
      }),
    addOrganization: (id, organization) =>
      call("addOrganization", () => {
        const grant = tenant.grants.get(id);
        if (!grant) throw notFound();
        const organizations = [...new Set([...grant.organizations, organization])];
        guard.beforeGiving({ ...grant, organizations });
        tenant.grants.set(id, { ...grant, organizations });
      }),
    apis: () => call("apis", () => [...tenant.apis]),
    signingKeys: () =>
      call("signingKeys", () => {
        token ??= tenant.currentKey();
        return tenant.signingKeys.map((key) => ({ ...key }));
      }),
    rotateSigningKey: () =>
      call("rotateSigningKey", () => {
        guard.beforeRotating();
        tenant.rotateSigningKey();
      }),
    revokeSigningKey: (kid) =>
      call("revokeSigningKey", () => {
        guard.beforeRevoking(kid);
        tenant.revokeSigningKey(kid);
      }),
    networkAcls: () => call("networkAcls", () => [...tenant.acls]),
    createNetworkAcl: (description) =>
      call("createNetworkAcl", () => {
        guard.beforeAcl(description);
        tenant.acls.push({ id: `acl_${tenant.acls.length}`, description, isActive: true });
      }),
    deleteNetworkAcl: (id) =>
      call("deleteNetworkAcl", () => {
        tenant.acls.splice(0, tenant.acls.length, ...tenant.acls.filter((acl) => acl.id !== id));
      }),
    lastLogEvent: () => call("lastLogEvent", () => `log_${tenant.events}`),
    logEvents: async function* () {},
    tokenFor: (_login, audience) =>
      call("tokenFor", () => (tenant.gives(audience) ? { answer: "issued", scopes: undefined } : { answer: "denied" })),
    renewToken: () =>
      call("renewToken", () => {
        former = token;
        token = tenant.currentKey();
      }),
    isFormerTokenAccepted: () =>
      call("isFormerTokenAccepted", () => (former === undefined ? undefined : !tenant.isRefused(former))),
  };
}

const twice = (): CurfewError => new CurfewError("request-refused", "There is such a grant.", { detail: "status 409" });

const withoutOrganizations = ({ organizations: _, ...grant }: RevokedGrant) => ({ ...grant });

/** Who is told: nobody hears anything while the service is mute. */
export function wiredPublisher(alerts: Alert[], isMute: () => boolean, wire: Wire, process: Process): Publisher {
  const failed = failedAs("store-failed", "SNS");
  return {
    publish: (alert) =>
      wire.call(process, {
        name: "publisher.publish",
        effect: () => {
          if (isMute()) throw failed("service-failed");
          alerts.push(alert);
        },
        failed,
      }),
  };
}
