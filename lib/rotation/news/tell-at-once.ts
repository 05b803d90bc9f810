import type { AlertRules } from "../../alerts/alert-rules.ts";
import { type Delivery, deliverAlerts } from "../../alerts/deliver.ts";
import type { Publisher } from "../../alerts/ports.ts";
import type { Clock } from "../../model/clock.ts";
import type { Table } from "../../store/table.ts";
import { readRotation, readTarget } from "../ledger/ledger.ts";
import { rotationAlerts } from "./rotation-alerts.ts";

/** Where alerts go and what they are decided by. */
export interface TellingParts {
  rules: Pick<AlertRules, "owners">;
  publisher: Publisher;
  table: Table;
  clock: Clock;
}

/**
 * Tells people what cannot wait for the end of the next audit: that a credential is held, or that an old one is still
 * accepted long after it should be dead. Everything else is told then, and so is what fails here.
 *
 * @param arn the secret's
 * @throws CurfewError `store-failed`; what SNS does not take is in the answer
 */
export async function tellAtOnce(arn: string, { rules, publisher, table, clock }: TellingParts): Promise<Delivery> {
  const target = await readTarget(table, arn);
  const record = target && (await readRotation(table, target));
  const alerts =
    target && record ? rotationAlerts([{ tenant: target.tenant, record, isTended: true }], rules, clock.now()) : [];
  const urgent = alerts.filter(({ severity }) => severity === "high");
  return deliverAlerts(urgent, publisher, table, clock);
}
