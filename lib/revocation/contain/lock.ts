import { openSince } from "../incident/how-far.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { noteGone } from "../incident/nowhere.ts";
import { UNTOUCHED } from "../leak/leak-kinds.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient } from "../ports.ts";
import { act } from "./act.ts";
import { type Came, incomplete, unseen } from "./came.ts";
import { keepElsewhere } from "./elsewhere.ts";
import { readGivenBack } from "./given-back.ts";
import { classifyLeak, FOR_ITSELF, keepClient, leversOf, seenBefore, settledLeak } from "./known-client.ts";
import { notePutBack } from "./note-put-back.ts";
import { runStep } from "./run-step.ts";
import { type StepRun, wasComplete } from "./step-run.ts";
import { tell, tellUnstored } from "./tell-run.ts";
import { tried } from "./tried.ts";

/**
 * Takes `client_credentials` out of the application's grant types: from then on it gets no tokens for itself, whatever
 * it authenticates with. Three requests one after the other, the one for the responder's token included; everything
 * else is looked at later.
 *
 * What the application was is stored before, for five seconds at the most: people can put together again that it was
 * allowed one grant type more. What leaked is classified on the way, from the same look.
 */
export async function lock(incident: Incident, parts: IncidentParts): Promise<Incident> {
  const ended = await runStep("lock", incident, parts, lockClient);
  if (ended.incident.steps.prove === undefined) await tellLocked(ended.incident, parts);
  return ended.incident;
}

/** Tells that it is locked now, where the turn of watching between the two was the first that could lock it. */
export async function tellLateLock(before: Incident, after: Incident, parts: IncidentParts): Promise<void> {
  const { lock: known } = before.steps;
  const wasPutBack = known?.outcome === "incomplete" && known.putBack !== undefined;
  if (!isComplete(known) && !wasPutBack) await tellLocked(after, parts);
}

/** See {@link lock}. */
export async function lockClient(run: StepRun): Promise<Came> {
  const { incident, parts, tenant } = run;
  const line = `${FOR_ITSELF} of ${incident.clientId}`;
  const known = settledLeak(incident, parts);
  if (known && !known.levers.includes("lock")) return notApplicable(run);
  const read = await tried(() => tenant.client());
  if ("error" in read) {
    return leversOf(incident, parts).includes("lock") ? unseen(NOT_LOCKED, [line], read.error) : notApplicable(run);
  }
  const client = read.value;
  if (!client) return gone(run);
  await noteThere(run, true);
  // Which key leaked may be known only now: then what leaked is classified once more, by the first look.
  if (known !== null && wasComplete(run) && !isOpen(run, client)) return LOCKED;
  const { first, isStored } = await keepClient(run, client);
  const leak = known ?? classifyLeak(incident, parts, first);
  if (known === null) run.leak = leak;
  if (!leak.levers.includes("lock")) return notApplicable(run);
  if (!isOpen(run, client)) return LOCKED;
  const given = await readGivenBack(run);
  // Once it may be open on purpose, that it is says nothing as long as the approval cannot be read.
  if ("error" in given) return (openSince(incident) ? unseen : incomplete)(NOT_LOCKED, [line], given.error);
  if (given.value?.grantTypes.includes(FOR_ITSELF)) return LOCKED;
  if (wasComplete(run)) await notePutBack(run, [line]);
  // Whether or not that reaches anybody: a lock that takes one grant type away never waits for it.
  if (!isStored && !incident.drill) {
    const line = `the grant types of ${incident.clientId}: ${typesOf(client)}`;
    await Promise.all([keepElsewhere(run, "client", client), tellUnstored(run, [line])]);
  }
  const types = (client.grantTypes ?? []).filter((type) => type !== FOR_ITSELF);
  const failure = await act(
    run,
    `PATCH /api/v2/clients/${incident.clientId} grant_types: ${types.join(" ") || "none"}`,
    () => tenant.setGrantTypes(types),
  );
  if (failure) return incomplete(NOT_LOCKED, [line], failure);
  if (!isStored) await keepLate(run, client);
  return LOCKED;
}

const LOCKED: Came = { outcome: "done", message: "The application gets no new tokens for itself." };

const NOT_LOCKED = "The application is not locked.";

/** What nobody has to look at to know it is kept: what only people can do stands there. */
function notApplicable(run: StepRun): Came {
  const { incident, parts } = run;
  const presumed = classifyLeak(incident, parts, undefined);
  if (incident.leak === null && presumed.untouched) run.leak = presumed;
  const leak = run.leak ?? incident.leak;
  const why = leak?.untouched && UNTOUCHED[leak.untouched];
  return {
    outcome: "not-applicable",
    message: why ?? "Nothing of this kind of leak comes from the application's own grant type.",
  };
}

/**
 * Whether it may get tokens for itself. Where Auth0 does not say which grant types there are, none at all are set, once:
 * nothing of it works with the field empty, so nothing is lost that worked.
 * Source: Auth0 documentation, "Update Grant Types".
 */
const isOpen = (run: StepRun, { grantTypes }: RevokedClient): boolean =>
  grantTypes === undefined ? !wasComplete(run) : grantTypes.includes(FOR_ITSELF);

async function gone(run: StepRun): Promise<Came> {
  const { first, wasSeen } = await seenBefore(run);
  if (settledLeak(run.incident, run.parts) === null) run.leak = classifyLeak(run.incident, run.parts, first);
  if (wasSeen) {
    await noteThere(run, false);
    return { outcome: "done", message: "The application is gone: nothing is given out for it." };
  }
  return {
    outcome: "not-applicable",
    message: `There is no application ${run.incident.clientId} in this tenant: it was deleted, or this is not its id.`,
  };
}

/** A table that does not take it hears of it with the next look. */
async function noteThere({ keeping, incident, parts }: StepRun, isThere: boolean): Promise<void> {
  await keeping.store(() => noteGone(parts.table, incident, isThere ? null : parts.clock.now()));
}

const typesOf = ({ grantTypes }: RevokedClient): string => grantTypes?.join(" ") ?? "Auth0 did not say";

/** The table may work again by now: then nobody has to keep a message. */
async function keepLate(run: StepRun, client: RevokedClient): Promise<void> {
  const { isStored } = await keepClient(run, client);
  if (isStored) run.told.delete(`the grant types of ${run.incident.clientId}: ${typesOf(client)}`);
}

/** A lock that was put back and taken again is told as that. */
async function tellLocked(incident: Incident, parts: IncidentParts): Promise<void> {
  const locked = incident.steps.lock;
  if (!locked || !isComplete(locked)) return;
  const told = await tell({ incident, parts }, { turn: "locked", at: locked.at });
  if ("error" in told) throw told.error;
}
