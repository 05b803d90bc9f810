import { hours, type Seconds } from "../model/duration.ts";

/**
 * When a run over all tenants is ended at the latest: 1,000 tenants of three minutes each, twenty at a time, take two
 * and a half hours.
 */
export const LONGEST_RUN: Seconds = hours(6);
