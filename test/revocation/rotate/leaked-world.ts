import type { TokenAnswer } from "../../../lib/auth0/ask-for-token.ts";
import type { Login } from "../../../lib/auth0/login.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { incidentKey } from "../../../lib/revocation/incident/incident.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { classify, type OwnLogin } from "../../../lib/revocation/leak/classify.ts";
import type { RevokedClient } from "../../../lib/revocation/ports.ts";
import type { RotateParts } from "../../../lib/revocation/rotate/parts.ts";
import { changeRotation, writeTarget } from "../../../lib/rotation/ledger/ledger.ts";
import type { CredentialKind } from "../../../lib/rotation/ledger/target.ts";
import type { RotationTenant } from "../../../lib/rotation/ports.ts";
import { prepareKeys } from "../../rotation/world/keys.ts";
import { CLIENT_ID, DOMAIN } from "../../rotation/world/payload.ts";
import { createWorld, type World, type WorldOptions } from "../../rotation/world/world.ts";
import type { Process } from "../../support/world/process.ts";
import { failedAs } from "../../support/world/wired-store.ts";

export const KEYS = prepareKeys(9);

/** The time of a step, as it is deployed: 13 minutes. */
const TIME = 13 * 60_000;

/** What a test wants of a world in which something leaked. */
export type LeakedOptions = Partial<Omit<WorldOptions, "keys">> & {
  incident?: Partial<Incident>;
  /** The application is Curfew's own rotator, or the tenant has none: nobody can look or change anything as it. */
  withoutRotator?: "it leaked" | "there is none";
  /** Which of Curfew's own applications it is, where it is not the rotator alone. */
  own?: OwnLogin;
  /** Whether anybody was seen to use the application, or its credential was only ever configured. */
  wasAccepted?: boolean;
};

export interface LeakedWorld extends World {
  /** What the token endpoint says to who authenticates; the lock is there, so nobody gets any. And to who does not. */
  tokens: { answer: TokenAnswer; refusal?: TokenAnswer };
  /** Runs a step of the incident in a process of its own, under the time of a function. */
  step(step: (incident: Incident, parts: RotateParts) => Promise<Incident>): Promise<Incident | "died">;
  /** Answers of the tenant that are others than the world's; empty to begin with. */
  answers: (tenant: RotationTenant) => Partial<RotationTenant>;
  /** As it is recorded. */
  incident(): Incident;
}

/** An application whose credential leaked, and which is locked and contained already. */
export async function leakedWorld(options: LeakedOptions = {}): Promise<LeakedWorld> {
  const { kind = "client-secret", incident: changes = {}, wasAccepted = true, own: _, ...others } = options;
  const world = createWorld({ kind, propagation: "flapping", keys: KEYS, overlap: 0, ...others });
  const { clock, table, target, client } = world;
  client.settings.grantTypes = [];
  if (options.isUnmanaged) setByHand(world);
  else {
    await writeTarget(table, target);
    if (wasAccepted) await changeRotation(table, target, (record) => ({ ...record, acceptedAt: clock.now() }));
  }
  const incident = { ...leakOf(kind, clock.now()), ...changes };
  await table.put(incidentKey(incident.id), incident);
  const isRotator = options.withoutRotator === "it leaked";
  const known = options.own ?? (isRotator ? { role: "rotator" as const, hasSpare: false } : null);
  const own = new Map(known ? [[CLIENT_ID, known]] : []);
  if (options.withoutRotator) await preserve(table, incident, "client", seenFirst(kind));
  const tokens: LeakedWorld["tokens"] = { answer: { answer: "denied" } };
  const now = () => table.peek<Incident>(incidentKey(incident.id)) as Incident;
  const altered: Pick<LeakedWorld, "answers"> = { answers: () => ({}) };
  return Object.assign(altered, {
    ...world,
    tokens,
    incident: now,
    async step(step: (incident: Incident, parts: RotateParts) => Promise<Incident>) {
      const running = world.run("rotate-leaked", TIME + 60_000, (process, rotation) =>
        step(now(), {
          settings: { tenant: target.tenant, domain: DOMAIN, owner: null, egress: null, own },
          ...{ table: rotation.table, clock: process.clock, deadline: clock.now() + TIME },
          rotation: {
            ...rotation,
            tenant: async (given, end) => {
              if (options.withoutRotator) throw refusal(options.withoutRotator);
              const tenant = await rotation.tenant(given, end);
              return { ...tenant, ...altered.answers(tenant) };
            },
          },
          signal: new AbortController().signal,
          service: { createManaged: createManaged(world, process) },
          configured: () => (options.isUnmanaged ? undefined : { secret: world.vault.secret.name, kind }),
          tokenFor: async (login) => tokenFor(world, process, login, tokens),
        }),
      );
      const ending = await clock.run(running);
      if (ending.ended === "failed") throw ending.error;
      return ending.ended === "died" ? ("died" as const) : ending.value;
    },
  });
}

const refusal = (why: NonNullable<LeakedOptions["withoutRotator"]>): CurfewError =>
  why === "it leaked"
    ? new CurfewError("no-grant", "Auth0 gives the rotator no token.")
    : new CurfewError("configuration-invalid", "The tenant has no rotator in the configuration.");

const seenFirst = (kind: CredentialKind): RevokedClient => ({
  ...{ clientId: CLIENT_ID, isGlobal: false, name: "Checkout", appType: "non_interactive" },
  ...{ tokenEndpointAuthMethod: undefined, grantTypes: ["client_credentials"] },
  attachedKeys: kind === "private-key" ? ["cred_1"] : undefined,
});

/** Nobody knows what it has: a person set it, and stored it nowhere. */
function setByHand({ client, kind }: World): void {
  if (kind === "client-secret") client.setSecret("nobody-knows-it".padEnd(64, "-"), "hand");
  const [key] = KEYS;
  if (!key || kind === "client-secret") return;
  const { id } = client.register({ ...key, kid: "nobody-knows-it", name: "by hand" }, "hand");
  client.attach([id], "hand");
  for (const other of [...client.registered]) if (other.id !== id) client.deleteKey(other.id);
}

const createManaged =
  ({ wire, vault }: World, process: Process): RotateParts["service"]["createManaged"] =>
  (name, id, value) =>
    wire.call(process, {
      name: "service.createManaged",
      effect: () => vault.create(name, id, value.reveal()),
      failed: failedAs("vault-failed", "Secrets Manager"),
    });

/** Who does not authenticate is refused before anything else is looked at. */
const tokenFor = (
  { wire, client }: World,
  process: Process,
  login: Login,
  { answer, refusal = { answer: "refused" } }: LeakedWorld["tokens"],
): Promise<TokenAnswer> =>
  wire.call<TokenAnswer>(process, {
    name: "tenant.tokenFor",
    effect: () => (client.accepts(login) ? answer : refusal),
    failed: failedAs("service-failed", "Auth0"),
    instead: (detail) => ({ answer: "unknown", detail }),
  });

function leakOf(kind: CredentialKind, openedAt: number): Incident {
  const client = {
    name: "Checkout",
    appType: "non_interactive",
    tokenEndpointAuthMethod: undefined,
    grantTypes: ["client_credentials"],
    attachedKeys: kind === "private-key" ? ["cred_1"] : undefined,
  };
  const done = { at: openedAt, outcome: "done" as const, message: "Done." };
  return {
    id: "2026-11-23-acme-prod-1",
    tenant: "acme-prod",
    clientId: CLIENT_ID,
    reason: "It was in a public repository.",
    openedAt,
    openedBy: "arn:aws:sts::111122223333:assumed-role/oncall/dana",
    leakedSince: null,
    drill: false,
    token: null,
    leak: classify({ clientId: CLIENT_ID, token: null, client, own: null }),
    steps: { lock: done, contain: done },
    window: null,
    closedAt: null,
  };
}
