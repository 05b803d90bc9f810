import type { CurfewError } from "../../model/curfew-error.ts";
import { actAsAgreed } from "../contain/act-as-agreed.ts";
import { type Came, incomplete } from "../contain/came.ts";
import { readOrganizations } from "../contain/keep-grants.ts";
import type { StepRun } from "../contain/step-run.ts";
import { tried } from "../contain/tried.ts";
import { preserve } from "../incident/preserve.ts";
import type { NewGrant, RevokedGrant } from "../ports.ts";
import { NOT_BACK } from "./note-restored.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { compareGrant, isForSame } from "./same-grant.ts";

/** Looks at the grants so often: what is found wrong is mended, and looked at again. */
const ROUNDS = 3;

/** Undefined when every approved grant is there, and no other. */
export async function giveGrants(run: StepRun, plan: RestorePlan): Promise<Came | undefined> {
  let failures: readonly Failure[] = [];
  for (let round = 0; ; round += 1) {
    const found = await tried(() => listGrants(run));
    if ("error" in found)
      return incomplete(NOT_BACK, ["the application's grants, which could not be listed"], found.error);
    const wrong = plan.grants.filter((approved) => !isThere(found.value, approved));
    if (wrong.length === 0) return strangers(found.value, plan);
    if (round === ROUNDS || (round > 0 && failures.length >= wrong.length)) return left(wrong, failures);
    failures = [];
    for (const approved of wrong) {
      const failure = await giveOne(run, found.value, approved);
      if (failure) failures = [...failures, { approved, failure }];
    }
  }
}

interface Failure {
  approved: NewGrant;
  failure: CurfewError;
}

const left = (wrong: readonly NewGrant[], failures: readonly Failure[]): Came => {
  const reasonOf = (grant: NewGrant) => failures.find(({ approved }) => approved === grant)?.failure ?? null;
  const lines = wrong.map((grant) => incomplete(NOT_BACK, [`the grant for ${grant.audience}`], reasonOf(grant)));
  const missing = lines.flatMap((line) => (line.outcome === "incomplete" ? line.missing : []));
  return { outcome: "incomplete", message: NOT_BACK, missing, code: failures.at(0)?.failure.code ?? null };
};

/** A grant that nobody approved was put back or planted: watching takes it away, and until then nothing is unlocked. */
function strangers(found: readonly RevokedGrant[], plan: RestorePlan): Came | undefined {
  const others = found.filter((grant) => !plan.grants.some((approved) => isForSame(approved, grant)));
  if (others.length === 0) return undefined;
  const lines = others.map(({ audience }) => `a grant for ${audience} that nobody approved is there`);
  return incomplete("Something else was put back, so the application stays locked.", lines, null);
}

/** All grants but Auth0's own, with their organizations. */
async function listGrants(run: StepRun): Promise<RevokedGrant[]> {
  const grants = (await run.tenant.grants()).filter(({ isSystem }) => !isSystem);
  const read = await Promise.all(grants.map((grant) => readOrganizations(run, grant)));
  const unread = read.find((grant) => grant.unread)?.unread;
  if (unread) throw unread;
  return read.map(({ unread: _, ...grant }) => grant);
}

function isThere(found: readonly RevokedGrant[], approved: NewGrant): boolean {
  const own = found.filter((grant) => isForSame(grant, approved));
  return own.length === 1 && own.every((grant) => isSame(grant, approved));
}

function isSame(grant: RevokedGrant, approved: NewGrant): boolean {
  const { isMore, isLess, missing } = compareGrant(grant, approved);
  return !isMore && !isLess && missing.length === 0;
}

/** Makes one grant what was approved. */
async function giveOne(
  run: StepRun,
  found: readonly RevokedGrant[],
  approved: NewGrant,
): Promise<CurfewError | undefined> {
  const own = found.filter((grant) => isForSame(grant, approved));
  const good = own.find((grant) => {
    const { isMore, isLess } = compareGrant(grant, approved);
    return !isMore && !isLess;
  });
  for (const grant of own.filter((one) => one !== good)) {
    const failure = await replace(run, grant);
    if (failure) return failure;
  }
  if (good) return addOrganizations(run, good.id, compareGrant(good, approved).missing);
  const created = await create(run, approved);
  return "error" in created ? created.error : addOrganizations(run, created.value, approved.organizations);
}

/** What is taken away here is no part of what was there, but it is written down like everything. */
async function replace({ parts, incident, ...run }: StepRun, grant: RevokedGrant): Promise<CurfewError | undefined> {
  const kept = await tried(() => preserve(parts.table, incident, `put-back/${grant.id}`, grant));
  if ("error" in kept) return kept.error;
  const what = `DELETE /api/v2/client-grants/${grant.id}, which is not what was approved`;
  return actAsAgreed({ ...run, parts, incident }, what, () => run.tenant.deleteGrant(grant.id));
}

async function create(run: StepRun, approved: NewGrant): Promise<{ value: string } | { error: CurfewError }> {
  let id = "";
  const what = `POST /api/v2/client-grants ${approved.audience}: ${approved.allowsAllScopes === true ? "all scopes" : approved.scopes.join(" ")}`;
  const failure = await actAsAgreed(run, what, async () => {
    id = await run.tenant.createGrant(approved);
  });
  return failure ? { error: failure } : { value: id };
}

async function addOrganizations(
  run: StepRun,
  grantId: string,
  organizations: readonly string[],
): Promise<CurfewError | undefined> {
  for (const organization of organizations) {
    const what = `POST /api/v2/organizations/${organization}/client-grants ${grantId}`;
    const failure = await actAsAgreed(run, what, () => run.tenant.addOrganization(grantId, organization));
    if (failure) return failure;
  }
  return undefined;
}
