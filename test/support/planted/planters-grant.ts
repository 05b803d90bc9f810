import type { PlantedGrant } from "./grants.ts";
import type { Planter } from "./planters.ts";
import { expected, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const ofGrants =
  (isManagement: boolean, judge: (grant: PlantedGrant, world: World) => Verdict): Planter =>
  (world) =>
    world.grants
      .filter((grant) => grant.isManagement === isManagement)
      .flatMap((grant) => expected("client-grant", grant.id, judge(grant, world)));

const ofTenant =
  (judge: (world: World) => Verdict): Planter =>
  (world) =>
    expected("tenant", world.domain, judge(world));

const ifSo = (fault: boolean, verdict: Verdict): Verdict => (fault ? verdict : undefined);

/** Whether a grant lets its holder change something. */
export const holdsWrites = ({ all, scopes }: PlantedGrant): boolean =>
  all || scopes.some((scope) => !scope.startsWith("read:"));

/** The catalogue's critical list, spelled out for the scopes that are planted. */
const DANGEROUS = [
  "delete:clients",
  "delete:client_grants",
  "delete:network_acls",
  "delete:users",
  "update:users",
  "create:user_tickets",
  "read:client_keys",
  "update:client_keys",
  "create:client_credentials",
  "update:client_credentials",
  "create:signing_keys",
  "update:signing_keys",
  "update:connections",
  "update:attack_protection",
];

const WAYS_UP = [
  "create:client_grants",
  "update:client_grants",
  "create:actions",
  "update:actions",
  "update:tenant_settings",
];

/** Whether another application may do at the Management API what this one may not: then its secret is worth taking. */
function gainsBySecrets(grant: PlantedGrant, { grants }: World): boolean {
  if (!grant.scopes.some((scope) => scope.endsWith(":client_keys"))) return false;
  return grants
    .filter((other) => other.isManagement && other.client?.id !== grant.client?.id)
    .some((other) => other.all || other.scopes.some((scope) => !grant.scopes.includes(scope)));
}

/** Grants and access to the Management API, by the catalogue's list and its baseline. */
export const GRANT_PLANTERS: Readonly<Record<string, Planter>> = {
  "grant.management.allow-all-scopes": ofGrants(true, ({ all }) => ifSo(all, "critical")),

  "grant.management.escalation-path": ofGrants(true, (grant, world) =>
    ifSo(
      grant.all || grant.scopes.some((scope) => WAYS_UP.includes(scope)) || gainsBySecrets(grant, world),
      "critical",
    ),
  ),

  "grant.management.write-scopes": ofGrants(true, ({ all, scopes }) =>
    ifSo(all || scopes.some((scope) => DANGEROUS.includes(scope)), "high"),
  ),

  "grant.management.scope-count": ofGrants(true, ({ all, scopes }) => ifSo(all || scopes.length > 10, "medium")),

  "grant.management.non-m2m": ofGrants(true, ({ client, isForUsers }) =>
    ifSo(client?.isForPeople === true && !isForUsers, "high"),
  ),

  "grant.management.third-party": ofGrants(true, ({ client }) => ifSo(client?.isFirstParty !== true, "critical")),

  "grant.management.user-access": ({ managementApi: { id, userAccess } }) =>
    expected("resource-server", id, userAccess),

  "grant.management.no-ip-allowlist": ofTenant(({ networkAcls }) => networkAcls.verdict),

  "grant.api.allow-all-scopes": ofGrants(false, ({ all }) => ifSo(all, "medium")),

  "grant.api.third-party-default": ofGrants(false, (grant) =>
    ifSo(grant.client === undefined, holdsWrites(grant) ? "high" : "medium"),
  ),

  "grant.api.user-policy-open": ({ apis }) =>
    apis.flatMap(({ id, openToUsers }) => expected("resource-server", id, ifSo(openToUsers, "medium"))),

  "grant.api.any-organization": ({ grants }) =>
    grants.flatMap(({ id, anyOrganization }) => expected("client-grant", id, ifSo(anyOrganization, "low"))),

  "grant.client.legacy-flow": ({ clients }) =>
    clients.flatMap(({ id, usesLegacyFlow }) => expected("client", id, ifSo(usesLegacyFlow, "high"))),

  "grant.client.offline-without-need": ({ clients, apis }) => {
    const nowhere = !apis.some(({ offline }) => offline);
    return clients.flatMap(({ id, refresh }) => expected("client", id, ifSo(nowhere && refresh !== undefined, "info")));
  },

  "grant.tenant.legacy-flags": ({ domain, settings }) =>
    settings.legacyFlags.flatMap((flag) => expected("tenant", domain, "high", flag)),

  "grant.tenant.open-dcr": ofTenant(({ settings }) => settings.openRegistration),

  "grant.tenant.refresh-revocation-keeps-grant": ofTenant(({ settings }) => settings.revocationKeepsGrant),
};
