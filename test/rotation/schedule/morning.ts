import type { RunRef } from "../../../lib/findings/ledger/run-record.ts";
import { NOW } from "../../support/rotations.ts";
import { type Aged, type Company, company } from "../company.ts";

export const RUN: RunRef = { id: "run-1", startedAt: "2026-11-25T06:00:00.000Z" };
export const DAY = 86_400_000;
export const later = (days: number): RunRef => ({
  id: `run-${days}`,
  startedAt: new Date(NOW + days * DAY).toISOString(),
});

export const old = (tenant: string, clientId: string, ageDays: number, parts: Partial<Aged> = {}): Aged => ({
  tenant,
  clientId,
  ageDays,
  ...parts,
});

/** A company whose tenants were all audited in the run. */
export async function morning(credentials: readonly Aged[]): Promise<Company & { tenants: string[] }> {
  const tenants = [...new Set(credentials.map(({ tenant }) => tenant))];
  const world = await company(credentials);
  await world.audited(RUN, tenants);
  return Object.assign(world, { tenants });
}

export const names = ({ begun }: Company): string[] => begun.map(({ tenant, clientId }) => `${tenant} ${clientId}`);
