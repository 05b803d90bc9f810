import { machine, START } from "../sandbox/support/a-sandbox.ts";
import { DAY } from "../support/remembered-tenant.ts";

export const SHOP = machine("shop");

/** An event of the log, so many days before the moment at which the sandbox begins. */
export const event = (type: string, daysAgo: number, fields: object = {}) => ({
  type,
  description: type,
  date: new Date(START - daysAgo * DAY).toISOString(),
  ...fields,
});

/** A log that begins 29 days ago. */
export const OLD_EVENT = event("fn", 29);
