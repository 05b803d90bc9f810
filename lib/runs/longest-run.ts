import { hours, type Seconds } from "../model/duration.ts";

/**
 * The last moment at which the audit of a tenant is begun, counted from the start of its run: 1,000 tenants of three
 * minutes each, ten at a time, take five hours. Whoever has not had a turn by then is told of as not audited.
 */
export const LAST_START: Seconds = hours(5.5);

/**
 * When a run over all tenants is ended at the latest. It is never reached: from the last start on, a tenant that fails
 * as often as it can takes 1 h 33 min, refusing ten thousand others 17 min, waiting for what a broken map leaves behind
 * 16 min, rotating what is due 56 min, and telling people 1 h 56 min. `test/infra/audit-machine.test.ts` adds that up from the synthesized definition.
 */
export const LONGEST_RUN: Seconds = hours(11);
