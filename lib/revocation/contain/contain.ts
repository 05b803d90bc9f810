import { counted } from "../../alerts/harmless-text.ts";
import { sideBySide } from "../../auth0/side-by-side.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { isOpened } from "../incident/how-far.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import type { IncidentParts } from "../parts.ts";
import { act } from "./act.ts";
import { type Came, incomplete, unseen } from "./came.ts";
import { keepElsewhere, readElsewhere } from "./elsewhere.ts";
import { type GivenBack, isGiven, readGivenBack } from "./given-back.ts";
import {
  type FirstLook,
  type FoundGrant,
  firstLook,
  type KeptGrant,
  keepGrant,
  nameOf,
  readOrganizations,
  UNLISTED,
} from "./keep-grants.ts";
import { leversOf, whyUntouched } from "./known-client.ts";
import { leaveTrace } from "./note-put-back.ts";
import { recordPutBack } from "./record-run.ts";
import { runStep } from "./run-step.ts";
import { type StepRun, wasComplete } from "./step-run.ts";
import { tellUnstored } from "./tell-run.ts";
import { tried } from "./tried.ts";

/** Looks at the grants in one run; what is there after that waits for the next one. */
const ROUNDS = 3;

/**
 * Deletes the application's grants, each once it is stored with its organizations, and looks again. Auth0's own grants
 * cannot be deleted and are left.
 *
 * Storing that fails for five seconds does not keep a grant: people are told what it was instead, before it goes. One
 * that can be neither stored nor told stays, and so does one whose organizations cannot be read while the lock holds.
 */
export const contain = (incident: Incident, parts: IncidentParts): Promise<Incident> =>
  runStep("contain", incident, parts, deleteGrants).then((ended) => ended.incident);

/** See {@link contain}. */
export async function deleteGrants(run: StepRun): Promise<Came> {
  const { incident, parts, tenant } = run;
  if (!leversOf(incident, parts).includes("contain")) return notApplicable(run);
  let failures = new Map<string, CurfewError>();
  let first: FirstLook | undefined;
  for (let round = 0; ; round += 1) {
    const isFirst = round === 0 && !wasComplete(run);
    const [listed, earlier] = await Promise.all([
      tried(() => tenant.grants()),
      isFirst ? readElsewhere(run, "grants") : undefined,
    ]);
    if ("error" in listed) return (round === 0 ? unseen : incomplete)(NOT_ALL, [UNLISTED], listed.error);
    const given = listed.value.length === 0 ? { value: undefined } : await readGivenBack(run);
    // Once they may be back on purpose, that they are there says nothing as long as the approval cannot be read.
    if ("error" in given) {
      const isSeen = round > 0 || !isOpened(incident);
      return (isSeen ? incomplete : unseen)(NOT_ALL, listed.value.map(nameOf), given.error);
    }
    const { open, unread } = await notGiven(run, listed.value, given.value);
    const deletable = open.filter(({ isSystem }) => !isSystem);
    if (deletable.length === 0 && unread) return (round === 0 ? unseen : incomplete)(NOT_ALL, ...unread);
    if (deletable.length === 0 && wasComplete(run)) return isOver(run, open);
    first = await firstLook(run, deletable, first, earlier);
    if (deletable.length === 0) return isOver(run, open);
    if (round === ROUNDS || (round > 0 && deletable.every(({ id }) => failures.has(id)))) {
      return left(deletable, failures);
    }
    failures = await takeAway(run, deletable, first);
    if (incident.drill) return failures.size > 0 ? left(deletable, failures) : would(deletable.length);
  }
}

/** What is there and was not approved; and what cannot be judged, and why. */
async function notGiven(
  run: StepRun,
  grants: readonly FoundGrant[],
  given: GivenBack | undefined,
): Promise<{ open: readonly FoundGrant[]; unread: [string[], CurfewError] | undefined }> {
  const judged = await sideBySide(grants, run.parts.signal, async (grant) => ({
    grant,
    is: await isGiven(run, grant, given),
  }));
  const unread = judged.flatMap(({ grant, is }) => (typeof is === "boolean" ? [] : [{ line: nameOf(grant), why: is }]));
  const [first] = unread;
  return {
    open: judged.flatMap(({ grant, is }) => (is === false ? [grant] : [])),
    unread: first && [unread.map(({ line }) => line), first.why],
  };
}

const notApplicable = ({ incident, parts }: StepRun): Came => ({
  outcome: "not-applicable",
  message: whyUntouched(incident, parts) ?? "Nothing of this kind of leak comes from the application's own grants.",
});

const NOT_ALL = "Not all grants are deleted.";

function isOver({ incident }: StepRun, system: readonly FoundGrant[]): Came {
  if (nowhereSince(incident) !== null) {
    return { outcome: "done", message: "There is no such application, and no grants of it were found." };
  }
  const rest =
    system.length === 0 ? "" : ` Auth0's own cannot be deleted and are left: ${system.map(nameOf).join(", ")}.`;
  return { outcome: "done", message: `${incident.clientId} has no grants left that can be deleted.${rest}` };
}

const would = (count: number): Came => ({
  outcome: "done",
  message: `${counted(count, "grant")} would be deleted.`,
});

const left = (grants: readonly FoundGrant[], failures: ReadonlyMap<string, CurfewError>): Came => {
  const lines = grants.map((grant) => incomplete(NOT_ALL, [nameOf(grant)], failures.get(grant.id) ?? null));
  const missing = lines.flatMap((line) => (line.outcome === "incomplete" ? line.missing : []));
  const code = [...failures.values()].at(0)?.code ?? null;
  return { outcome: "incomplete", message: NOT_ALL, missing, code };
};

/**
 * Stores what is there, and deletes what is stored.
 *
 * @returns what could not be deleted, by id, and why
 */
async function takeAway(
  run: StepRun,
  grants: readonly FoundGrant[],
  first: FirstLook,
): Promise<Map<string, CurfewError>> {
  const { incident, parts, tenant } = run;
  const isLocked = isComplete(incident.steps.lock);
  const isRecorded = !wasComplete(run) || (await recordPutBack(run, grants.map(nameOf)));
  // Taken away without a trace it would leave the old proof standing; while the lock holds it gives nothing.
  if (!isRecorded && isLocked) return new Map(grants.map(({ id }) => [id, UNRECORDED]));
  if (!isRecorded) await leaveTrace(run);
  const kept = await sideBySide(grants, parts.signal, async (grant) =>
    keepGrant(run, await readOrganizations(run, grant), first),
  );
  const isWhole = first.isStored && kept.every(({ isStored }) => isStored);
  if (!isWhole && !incident.drill && !wasComplete(run)) await keepAllElsewhere(run, kept, first);
  const failures = new Map<string, CurfewError>();
  const ready: KeptGrant[] = [];
  for (const grant of kept) {
    if (grant.unread && isLocked) failures.set(grant.id, grant.unread);
    else ready.push(grant);
  }
  const deleted = await deletable(run, ready, failures);
  await sideBySide(deleted, parts.signal, async ({ id }) => {
    const failure = await act(run, `DELETE /api/v2/client-grants/${id}`, () => tenant.deleteGrant(id));
    if (failure) failures.set(id, failure);
  });
  const gone = deleted.filter(({ id }) => !failures.has(id));
  if (!incident.drill) await keepLate(run, gone, first);
  return failures;
}

const keepAllElsewhere = (run: StepRun, kept: readonly KeptGrant[], { ids }: FirstLook): Promise<void> =>
  keepElsewhere(run, "grants", {
    ids: [...ids],
    grants: kept.flatMap(({ unread, isStored: _, lines: __, ...grant }) =>
      unread === undefined && ids.has(grant.id) ? [grant] : [],
    ),
  });

/** Those that are stored, and those that people were told of. */
async function deletable(
  run: StepRun,
  grants: readonly KeptGrant[],
  failures: Map<string, CurfewError>,
): Promise<readonly KeptGrant[]> {
  const untold = grants.filter(({ isStored, lines }) => !isStored && !lines.every((line) => run.told.has(line)));
  if (untold.length === 0 || run.incident.drill) return grants;
  if (
    await tellUnstored(
      run,
      untold.flatMap(({ lines }) => lines),
    )
  )
    return grants;
  for (const { id } of untold) failures.set(id, NEITHER);
  return grants.filter((grant) => !untold.includes(grant));
}

/** Why a grant is held back: nobody would ever know what it was. */
const NEITHER = new CurfewError("store-failed", "What the grant was could be neither stored nor told.", {
  detail: "neither stored nor told",
});

const UNRECORDED = new CurfewError("store-failed", "That a grant was put back could not be recorded.", {
  detail: "that it was put back cannot be recorded",
});

/** The table may work again by now: then nobody has to keep a message. Organizations that nobody could read stay told. */
async function keepLate(run: StepRun, grants: readonly KeptGrant[], first: FirstLook): Promise<void> {
  for (const grant of grants.filter(({ isStored }) => !isStored)) {
    const { isStored } = await keepGrant(run, { ...grant, unread: undefined }, first);
    if (isStored && !grant.unread) for (const line of grant.lines) run.told.delete(line);
  }
}
