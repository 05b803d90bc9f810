import type { RunRef } from "../findings/ledger/run-record.ts";

/** Where the evidence of one tenant in one run is. A retry has the same run, and so the same names. */
export const evidencePrefix = ({ startedAt, id }: RunRef, tenant: string): string =>
  `runs/${startedAt}/${folderOf(id)}/${tenant}/`;

/** An execution may be called `..`, which leads elsewhere in a path; none has a `%` in its name, so nothing is doubled. */
const folderOf = (id: string): string => (/^\.+$/.test(id) ? id.replaceAll(".", "%2E") : id);
