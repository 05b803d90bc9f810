import type { Login } from "../../auth0/login.ts";
import { SETTLING } from "../../rotation/asking/asking.ts";
import { beforeMoment, boundedParts } from "../../rotation/bounded-parts.ts";
import { recordOfCredential } from "../../rotation/ledger/ledger.ts";
import type { RotationRecord } from "../../rotation/ledger/rotation-record.ts";
import { CURRENT } from "../../rotation/ports.ts";
import { credentialIn } from "../../rotation/vault/payload.ts";
import { versionWith } from "../../rotation/vault/standing.ts";
import type { Table } from "../../store/table.ts";
import { type Came, incomplete } from "../contain/came.ts";
import { leversOf, whyUntouched } from "../contain/known-client.ts";
import { tried } from "../contain/tried.ts";
import { noteTriedAgain } from "../incident/asked-again.ts";
import { isOpened } from "../incident/how-far.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { laterOnes } from "../incident/later.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import { NO_LOGIN_WITH_CERTIFICATE } from "../leak/leak-kinds.ts";
import { lastWriteOf, tryIssuance } from "./issuance.ts";
import type { RotateParts } from "./parts.ts";
import { placeOf } from "./place.ts";
import { whyNotDead } from "./proof-of-leaked.ts";
import { rotationOfIncident } from "./rotation-of-incident.ts";
import { seenClient } from "./seen-client.ts";
import { notDone, RECORDING, recordCame } from "./step-record.ts";
import { contradictionOf, isProvenBy, readSupplied } from "./supplied.ts";
import type { Trial } from "./try-leaked.ts";

/**
 * Proves that the application is given no token any more for what was taken away, by asking for one with the credential
 * that the vault holds: the new one or, while it waits to be replaced, the one that leaked. Says beside it what is known
 * of the old one. The moment of the proof is when issuing was proven stopped, see `stoppedAt`: it stays when that is
 * proven once more, because nothing was given out since.
 *
 * A token that is given out means that the leak is not contained; an answer that says nothing, that nobody knows.
 *
 * @throws CurfewError `store-failed` when it cannot be recorded, `interrupted`
 */
export async function prove(incident: Incident, parts: RotateParts): Promise<Incident> {
  // Since access was given back it gets tokens, and it is known when it got none.
  const isMoot = isOpened(incident) || incident.ended !== undefined;
  const proven = isMoot ? incident : await recordCame("prove", incident, await cameOf(incident, parts), parts);
  return (await noteTriedAgain(incident, parts)) ?? proven;
}

async function cameOf(incident: Incident, parts: RotateParts): Promise<Came> {
  if (leversOf(incident, parts).length === 0) {
    return nothingToProve(incident, parts);
  }
  if (incident.drill && nowhereSince(incident) !== null) return NEVER_SEEN;
  if (incident.drill) return incident.leak?.hasCertificate ? nothingToAskWith(incident) : WOULD_ASK;
  const end = parts.deadline - RECORDING;
  const got = await tried(() => beforeMoment(parts.clock, end, () => issuance(incident, end, parts)));
  return "error" in got ? notDone(NOT_PROVEN, `a proof for ${incident.clientId}`, got.error) : got.value;
}

function nothingToProve(incident: Incident, parts: RotateParts): Came {
  const message = whyUntouched(incident, parts)
    ? "Nothing was taken away, so there is nothing to prove."
    : "What leaked is not the application's own credential: it is given no tokens that could be asked for.";
  return { outcome: "not-applicable", message };
}

const WOULD_ASK: Came = {
  outcome: "done",
  message: "Tokens would be asked for with the new credential, and refused.",
};

const NOT_PROVEN = "It is not proven that no new token is given out.";

async function issuance(incident: Incident, end: number, given: RotateParts): Promise<Came> {
  const rotation = boundedParts(rotationOfIncident(incident, given), end);
  const parts = { ...given, rotation, table: rotation.table };
  const client = await seenClient(incident, rotation, parts.table);
  if (!client) return isComplete(incident.steps.lock) ? GONE : NEVER_SEEN;
  const login = await storedLogin(incident, client, parts);
  const trial = login && (await tryIssuance(incident, login, parts));
  // After asking, which takes minutes: what a person has seen meanwhile must not be overwritten.
  const supplied = await readSupplied(parts.table, incident);
  const contradiction = contradictionOf(incident, supplied);
  if (contradiction !== null) return incomplete(NOT_PROVEN, [contradiction], null);
  if (!trial) {
    const began = isProvenBy(incident, supplied) ? supplied?.trial?.began : undefined;
    return began === undefined ? nothingToAskWith(incident) : { ...TRIED, began };
  }
  const isRefused = trial.came === "refused";
  const later = isRefused ? await laterOnes(parts.table, await readIncident(parts.table, incident.id)) : [];
  const came = judged(trial, incident, later.at(-1));
  if (came.outcome !== "done") return came;
  const { tenant, clientId } = incident;
  const old = await aboutOld(incident, await recordOfCredential(rotation.table, { tenant, clientId }), rotation.table);
  return {
    ...came,
    message: `${came.message} ${old}`,
  };
}

const GONE: Came = { outcome: "done", message: "The application is gone: nothing is given out for it." };

const NEVER_SEEN: Came = {
  outcome: "not-applicable",
  message: "There is no such application in this tenant: it was deleted, or this is not its id.",
};

const TRIED = { outcome: "done", message: "A person tried what leaked, and it gets no token any more." } as const;

const nothingToAskWith = ({ leak }: Incident): Came =>
  incomplete(NOT_PROVEN, [leak?.hasCertificate ? NO_LOGIN_WITH_CERTIFICATE : NOTHING_TO_ASK_WITH], null);

const NOTHING_TO_ASK_WITH =
  "Nothing is stored that the application logs in with, so nobody can ask for a token as it would. Give what leaked on the command line (--old-secret-file).";

/** What the application logs in with, as it is stored; undefined where it is not. */
export async function storedLogin(
  incident: Incident,
  client: Parameters<typeof placeOf>[1],
  parts: RotateParts,
): Promise<Login | undefined> {
  const { secret, kind, name } = await placeOf(incident, client, parts);
  const version = secret && versionWith(secret, CURRENT);
  const payload = secret && version && (await parts.rotation.vault.read(secret.arn, version));
  if (!payload) return undefined;
  const { clientId } = incident;
  const credential = credentialIn(payload, { kind, clientId, domain: parts.settings.domain }, name);
  return kind === "client-secret"
    ? { method: kind, clientId, secret: credential }
    : { method: kind, clientId, privateKeyJwk: credential };
}

/** @param later where the stored one is refused, the last that went on from it by now: it may have replaced that */
function judged({ came, detail, from }: Trial, incident: Incident, later: Incident | undefined): Came {
  const { clientId } = incident;
  if (came === "nothing") {
    // Until what was taken away is known everywhere nothing is asked.
    const began = Math.round(Math.max(from, lastWriteOf(incident) + SETTLING));
    return { outcome: "done", message: "The application asked for tokens, and gets none any more.", began };
  }
  const missing = {
    issued: `${clientId} was still given a token for ${detail ?? "an API"}.`,
    refused: `Auth0 refuses the credential of ${clientId} that is stored, so what it says of tokens proves nothing.${later === undefined ? "" : ` The incident ${later.id} goes on from this one, and may have replaced it meanwhile: it is asked again in the next turn of watching.`}`,
    unknown: `Auth0's answers tell nothing about tokens of ${clientId}: ${detail ?? "no reason is known"}.`,
  }[came];
  return incomplete(NOT_PROVEN, [missing], null);
}

/** What is known of the credential that leaked. */
async function aboutOld(incident: Incident, record: RotationRecord | undefined, table: Table): Promise<string> {
  if (!isComplete(incident.steps.rotate)) return "The credential that leaked is not replaced, or not proven dead yet.";
  const why = await whyNotDead(incident, record, table);
  if (why === undefined) return "That the old credential is dead is not provable from what is stored: it was not.";
  return why === null ? "The old credential is proven dead." : `That what leaked is dead is not provable: ${why}`;
}
