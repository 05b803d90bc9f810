import type { Login } from "../../auth0/login.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import { PROOF_PAUSE, REFUSALS } from "../../rotation/aftercare/proof.ts";
import type { Said } from "../../rotation/asking/asking.ts";
import { CURRENT, PREVIOUS, type VaultSecret, type VersionId } from "../../rotation/ports.ts";
import { credentialIn } from "../../rotation/vault/payload.ts";
import { versionWith } from "../../rotation/vault/standing.ts";
import { type Came, incomplete } from "../contain/came.ts";
import type { Incident } from "../incident/incident.ts";
import { noteReplaced } from "../incident/incidents.ts";
import { preserve, readPreserved } from "../incident/preserve.ts";
import { certificateStays } from "../leak/leak-kinds.ts";
import type { RevokedClient } from "../ports.ts";
import { noteOwnAct } from "../watch/own-acts.ts";
import type { RotateParts } from "./parts.ts";
import { type Place, placeOf } from "./place.ts";
import { LONGEST_TRIAL } from "./try-leaked.ts";

/** Whether nobody but a person can replace it: the rotator cannot replace its own credential while it is locked. */
export function isOwnRotator({ clientId }: Incident, { settings }: Pick<RotateParts, "settings">): boolean {
  const own = settings.own.get(clientId);
  return own?.role === "rotator" || own?.also?.includes("rotator") === true;
}

/**
 * Looks whether a person has replaced the credential: another version than the first that the incident saw is current,
 * Auth0 accepts it, and refuses that first one. Until then it says what there is to do. It changes nothing at Auth0, and
 * needs no login of Curfew's.
 *
 * @param why no rotator does it, in a sentence; null where the incident itself says it
 * @throws CurfewError as reading the vault does, `store-failed`, `interrupted`
 */
export async function replacedByHand(incident: Incident, parts: RotateParts, why: string | null): Promise<Came> {
  const place = await placeOf(incident, await readPreserved<RevokedClient>(parts.table, incident, "client"), parts);
  const { secret, name } = place;
  const current = secret && versionWith(secret, CURRENT);
  const stays = incident.leak?.hasCertificate ? certificateStays(incident.clientId) : undefined;
  if (incident.drill && stays) return { outcome: "not-applicable", message: stays };
  if (incident.drill)
    return { outcome: "done", message: `A person would replace the credential, in the secret ${name}.` };
  const first = await preserve<VersionId | null>(parts.table, incident, "stored-version", current ?? null);
  if (!secret || !current || current === first) {
    const line = byHand(incident, place, parts, why);
    // It had one at the first look: a person may have let it authenticate otherwise since.
    return incomplete(NOT_REPLACED, stays ? [stays, `or, where it uses none any more, ${line}`] : [line], null);
  }
  const now = await loginOf(incident, place, secret, current, parts);
  const said = now && (await ask(incident, now, parts));
  if (said !== "accepted") {
    const missing = `the new credential of ${incident.clientId}: Auth0 ${said === "refused" ? "refuses" : "was not seen to accept"} what the secret ${name} holds`;
    return incomplete(NOT_REPLACED, [missing], null);
  }
  if (incident.replacedAt === undefined) await noteReplaced(incident, parts);
  return afterwards(incident, parts, secret, first ? await loginOf(incident, place, secret, first, parts) : undefined);
}

const NOT_REPLACED = "The credential is not replaced, or not proven to be.";

const byHand = (
  { clientId }: Incident,
  { name, kind, secret }: Place,
  { settings }: RotateParts,
  why: string | null,
): string =>
  `a new credential of ${clientId}: ${why === null ? "only" : `${why} So only`} a person can give it one. In the dashboard, Applications > Applications > ${clientId} > Credentials: ${
    kind === "client-secret" ? "rotate the secret" : "add a new key and delete the old ones"
  }; then store it in Secrets Manager, ${secret ? `as a new version of ${name}` : `in a new secret ${name} with the tag curfew:managed = true`}${settings.own.get(clientId)?.also ? ", and under the other names that curfew.yaml has for this application" : ""}. Curfew looks for it there`;

/** The old one is what leaked: it must be seen dead, and nobody may fall back on it. */
async function afterwards(
  incident: Incident,
  parts: RotateParts,
  secret: VaultSecret,
  old: Login | undefined,
): Promise<Came> {
  const said = old ? await ask(incident, old, parts) : undefined;
  const line = `the old credential of ${incident.clientId}`;
  if (said === "accepted") return incomplete(STILL_THERE, [`${line}: Auth0 still accepts it`], null);
  if (said === "unknown") return incomplete(STILL_THERE, [`${line}: it is not proven dead yet`], null);
  const previous = versionWith(secret, PREVIOUS);
  if (previous !== undefined) await parts.rotation.vault.dropPrevious(secret.arn, previous);
  const what = said === "refused" ? "is proven dead" : "is not stored, so that it is dead is not provable here";
  return {
    outcome: "done",
    message: `A person replaced the credential, in the secret ${secret.name}. The old one ${what}.`,
  };
}

const STILL_THERE = "A person stored a new credential, and Auth0 accepts it; the old one is not dead.";

async function loginOf(
  { clientId }: Incident,
  { kind, name }: Place,
  { arn }: VaultSecret,
  version: VersionId,
  { rotation, settings }: RotateParts,
): Promise<Login | undefined> {
  const payload = await rotation.vault.read(arn, version);
  if (!payload) return undefined;
  const credential = credentialIn(payload, { kind, clientId, domain: settings.domain }, name);
  return kind === "client-secret"
    ? { method: kind, clientId, secret: credential }
    : { method: kind, clientId, privateKeyJwk: credential };
}

/**
 * Whether Auth0 accepts a credential; refused means five times over 30 s, as for every proof. A right one is told from a
 * wrong one without a grant, too.
 */
async function ask(
  incident: Incident,
  login: Login,
  { table, clock, signal, settings, tokenFor }: RotateParts,
): Promise<Said> {
  const from = Math.round(clock.now());
  const act = { from, until: from + LONGEST_TRIAL, most: 2 * REFUSALS, leaves: ["token-refused"] as const };
  await noteOwnAct(table, incident.id, act);
  for (let asked = 1; ; asked += 1) {
    const { answer } = await tokenFor(login, managementAudience(settings.domain));
    if (answer === "unknown") return "unknown";
    if (answer !== "refused") return "accepted";
    if (asked === REFUSALS) return "refused";
    await clock.sleep(PROOF_PAUSE, signal);
  }
}
