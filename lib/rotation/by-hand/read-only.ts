import type { RotationParts } from "../parts.ts";
import type { RotationTenant } from "../ports.ts";

/** The same parts for somebody who only looks: every call that would change anything is refused as a defect. */
export function readOnly(parts: RotationParts): RotationParts {
  const { vault, table, evidence } = parts;
  return {
    ...parts,
    vault: {
      describe: vault.describe,
      read: vault.read,
      storePending: refuse,
      promote: refuse,
      dropPending: refuse,
      dropPrevious: refuse,
    },
    table: { get: table.get, list: table.list, put: refuse, remove: refuse },
    evidence: { read: evidence.read, write: refuse, create: refuse },
    tenant: async (target) => readOnlyTenant(await parts.tenant(target)),
  };
}

const readOnlyTenant = ({
  client,
  missingScopes,
  calibrate,
  probe,
  obtainToken,
  keys,
}: RotationTenant): RotationTenant => ({
  client,
  missingScopes,
  calibrate,
  probe,
  obtainToken,
  keys,
  setSecret: refuse,
  registerKey: refuse,
  attachKeys: refuse,
  deleteKey: refuse,
});

const refuse = (): Promise<never> => Promise.reject(new TypeError("whoever only looks changes nothing"));
