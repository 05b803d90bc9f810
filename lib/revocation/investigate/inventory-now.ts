import { openManagementApi } from "../../auth0/management-api.ts";
import type { TenantAccess } from "../../auth0/tenant-access.ts";
import { loginFrom, type SecretSources } from "../../config/references.ts";
import type { TenantConfig } from "../../config/schema.ts";
import type { Instant } from "../../history/history.ts";
import { eventsOf } from "../../history/own-requests.ts";
import type { SectionName } from "../../inventory/inventory.ts";
import { readInventory } from "../../inventory/read-inventory.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { startTimeout } from "../../model/timeout.ts";
import type { Table } from "../../store/table.ts";
import { allAbout, mustNotBeLocked, openOf } from "../incident/open-about.ts";
import { noteOwnAct } from "../watch/own-acts.ts";
import type { SeenInventory } from "./inventories.ts";

/** What must be left of a step's time to compare and to write down. Milliseconds. */
const TIME_TO_COMPARE = 60_000;

/** How the reading goes by. */
interface ReadingParts extends Omit<TenantAccess, "address" | "plan" | "login" | "deadline"> {
  table: Table;
  /** When the step must be over. */
  deadline: Instant;
}

/**
 * Reads a tenant as it is now, as an audit does and with the auditor's login: the responder may not see all that an
 * auditor sees. A section that cannot be read, or not in time, is in it with its reason.
 *
 * @param clientId the application that the incident is about. The auditor's own login is not used while it is locked, by
 * this incident or another one: every try would stand in the log as a use of what leaked. What is refused
 * where one locks it meanwhile is noted before as Curfew's own.
 * @param wanted sections that there is something to compare with
 * @throws CurfewError where there is no token to read anything with: the codes of {@link loginFrom} and of a login, and
 * `configuration-invalid` where this incident or another one has locked the auditor
 */
export async function inventoryNow(
  { name, domain, origin, plan, auditor }: TenantConfig,
  clientId: string,
  wanted: ReadonlySet<SectionName>,
  sources: SecretSources,
  parts: ReadingParts,
): Promise<SeenInventory> {
  if (auditor.clientId === clientId) throw aboutTheAuditor(name);
  const { clock, deadline, table } = parts;
  const open = openOf(await allAbout(table, { tenant: name, clientId: auditor.clientId }));
  mustNotBeLocked(open, `auditor of ${name}`);
  const at = clock.now();
  using reading = startTimeout(clock, deadline - TIME_TO_COMPARE - at, outOfTime());
  const signal = AbortSignal.any([parts.signal, reading.signal]);
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  const login = await loginFrom(auditor, domain, sources);
  const act = { from: at, until: deadline, most: eventsOf(login), leaves: ["token-refused"] } as const;
  const [newest] = open;
  // Whoever watches another one about it reads it there.
  if (newest) await noteOwnAct(table, newest.id, act);
  const api = openManagementApi({ ...parts, address, plan, login, signal });
  await api.scopes(); // without a token every section would fail for the same reason
  return { at, source: "this incident", inventory: await readInventory(api, wanted, signal) };
}

const outOfTime = (): CurfewError =>
  new CurfewError("timed-out", "The time of this step is over.", { detail: "out of time" });

const aboutTheAuditor = (tenant: string): CurfewError =>
  new CurfewError(
    "configuration-invalid",
    `The incident is about the auditor of ${tenant}, and nothing else reads the whole tenant.`,
  );
