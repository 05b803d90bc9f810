import type { RunRef } from "../findings/ledger/run-record.ts";

/** Where the evidence of one tenant in one run is. A retry has the same run, and so the same names. */
export const evidencePrefix = ({ startedAt, id }: RunRef, tenant: string): string =>
  `runs/${startedAt}/${id}/${tenant}/`;
