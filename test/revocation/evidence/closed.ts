import type { CurfewError } from "../../../lib/model/curfew-error.ts";
import { closeIncident } from "../../../lib/revocation/close/close.ts";
import { readPresentClient } from "../../../lib/revocation/evidence/present-client.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { incidentPartition } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { addToTimeline } from "../../../lib/revocation/incident/timeline.ts";
import { investigate } from "../../../lib/revocation/investigate/investigate.ts";
import { lookBack } from "../../../lib/revocation/investigate/look-back.ts";
import type { RevokedClient } from "../../../lib/revocation/ports.ts";
import type { Supplied } from "../../../lib/revocation/rotate/supplied.ts";
import { watchTurn } from "../../../lib/revocation/watch/watch.ts";
import {
  CLIENT,
  DAY,
  done,
  HOUR,
  incidentOf,
  logEvent,
  MINUTE,
  putIncident,
  SECOND,
  THREE_AM,
  testParts,
  testTenant,
} from "../support.ts";

/** Planted wherever a stranger or a mistake could put it; none of it may come out. */
export const TASK_TOKEN = "AQC8-task-token-canary";
const HOSTILE = `<img src=x onerror=alert(1)>\u202Egnp`;

export const LOCKED: RevokedClient = { ...CLIENT, grantTypes: [] };

export const suppliedOf = (changes: Partial<Supplied>): Supplied => ({
  ...{ acceptedIn: [], refusedAt: null, diedAt: null, last: "unknown", at: THREE_AM + 4 * MINUTE, trial: null },
  ...{ accepted: null, issued: null },
  ...changes,
});

/**
 * An incident that went all the way: used after the lock, looked back at, restored, and over.
 *
 * @param unread why nobody can read the log; it can be read otherwise
 */
export async function lived(
  changes: Partial<Incident> = {},
  present: RevokedClient | undefined = LOCKED,
  unread?: CurfewError,
) {
  const tenant = testTenant({
    client: async () => present,
    keys: async () => [{ id: "cred_2", kid: "kid-2", name: "new" }],
  });
  const all = testParts(tenant);
  const { steps } = incidentOf();
  const incident = incidentOf({
    reason: `The secret was in a public repository. ${HOSTILE}`,
    steps: {
      ...steps,
      rotate: done(THREE_AM + 2 * MINUTE, "It has a new secret in curfew/incidents/acme/job."),
      prove: done(THREE_AM + 5 * MINUTE, "The old one was refused five times."),
      "network-acl": { at: THREE_AM, outcome: "not-applicable", message: "No egress address is configured." },
    },
    window: {
      state: "closes",
      at: THREE_AM + DAY,
      apis: [
        {
          audience: "https://acme.eu.auth0.com/api/v2/",
          until: THREE_AM + DAY - MINUTE,
          lifetime: 86_400,
          assumed: null,
        },
        {
          audience: "https://old.example",
          until: THREE_AM + HOUR,
          lifetime: 2_592_000,
          assumed: "what it was before is not on record",
        },
      ],
      others: 2,
      tokenUntil: null,
    },
    ...changes,
  });
  await putIncident(all.table, incident);
  await preserve(all.table, incident, "client", CLIENT);
  await preserve(all.table, incident, "grant-types", CLIENT.grantTypes);
  await preserve(all.table, incident, "api-lifetimes", { at: THREE_AM, apis: [] });
  await preserve(all.table, incident, "keys", { attached: null, keys: [{ id: "cred_1", kid: "kid-1" }] });
  await all.table.put<Supplied>(
    { partition: incidentPartition(incident.id), sort: "SUPPLIED" },
    suppliedOf({ refusedAt: THREE_AM + 4 * MINUTE, diedAt: THREE_AM + 4 * MINUTE, last: "refused" }),
  );
  await all.table.put(
    { partition: incidentPartition(incident.id), sort: "ASKED#restore" },
    {
      plan: { grants: ["cgr_1"] },
      planHash: "ab".repeat(32),
      taskToken: TASK_TOKEN,
      decision: { decision: "approve", at: THREE_AM, by: { arn: "arn:aws:sts::1:assumed-role/lead/sam" } },
    },
  );
  const add = (second: number, who: string, what: string, answer: string | null): Promise<void> =>
    addToTimeline(all.table, incident.id, { at: THREE_AM + second * SECOND, who, what, answer });
  await add(0, incident.openedBy, "Started the incident.", null);
  await add(10, "curfew", "PATCH /api/v2/clients/job: client_credentials taken out of its grant types.", "200");
  await add(60, "curfew", "DELETE /api/v2/client-grants/cgr_1", "204");
  tenant.log = [
    logEvent(THREE_AM - HOUR, {
      type: "mgmt_api_read",
      request: { method: "get", path: "/api/v2/clients/web" },
      accessedSecrets: ["client_secret"],
    }),
    logEvent(THREE_AM - HOUR + MINUTE, { request: { method: "post", path: `/api/v2/clients/${HOSTILE}` } }),
  ];
  const stand = tenant.log.at(-1)?.id ?? null;
  await preserve(all.table, incident, "log-position", { event: stand });
  tenant.log.push(
    logEvent(THREE_AM + 6 * MINUTE),
    logEvent(THREE_AM + 7 * MINUTE, { type: "feccft", request: undefined }),
  );
  tenant.failure = unread;
  const now = (): Promise<Incident> => readIncident(all.table, incident.id);
  const inventories = { before: async () => undefined, now: async () => undefined };
  await all.clock.run(lookBack(await now(), all.parts));
  await all.clock.run(investigate(await now(), all.parts, inventories));
  await all.clock.run(watchTurn(await now(), all.parts));
  const close = async (): Promise<Incident> =>
    all.clock.run(closeIncident(await now(), { ...all.parts, present: () => readPresentClient(all.parts) }));
  return { ...all, tenant, incident, now, close };
}

export const text = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString("utf8");

export async function closed(...how: Parameters<typeof lived>) {
  const all = await lived(...how);
  await putIncident(all.table, incidentOf({ id: "later" }));
  await putIncident(all.table, incidentOf({ id: "ended", ended: { at: THREE_AM, by: "sam", reason: "the same one" } }));
  await all.clock.run(all.clock.sleep(2 * DAY));
  const incident = await all.close();
  const folder = `incidents/${incident.id}/`;
  const read = (name: string): string => text(all.evidence.documents.get(`${folder}${name}`)?.[0]);
  return { ...all, incident, json: read("incident.json"), page: read("incident.html"), folder };
}
