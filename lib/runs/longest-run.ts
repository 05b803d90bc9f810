import { hours, type Seconds } from "../model/duration.ts";

/**
 * When a run over all tenants is ended at the latest: 1,000 tenants of three minutes each, ten at a time, take five
 * hours.
 */
export const LONGEST_RUN: Seconds = hours(6);
