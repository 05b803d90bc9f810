import * as z from "zod";
import type { Check } from "../checks/define-check.ts";
import { PROFILES } from "../checks/limits.ts";
import { DURATION_PATTERN } from "../model/duration.ts";
import { SEVERITIES } from "../model/severity.ts";
import { oneOf } from "./fields.ts";
import { type LimitsOverride, readOverride } from "./limit-override.ts";
import { type LimitShape, limitShape } from "./limit-shape.ts";

/** The policy: a profile, and what differs from it check by check. */
export const policy = (catalogue: readonly Check[]) =>
  z
    .strictObject({
      profile: oneOf(
        {
          title: "Profile",
          description:
            "The limits to begin with: baseline, strict, or auth0-default (only what is worse than a new tenant).",
        },
        PROFILES,
      ).default("baseline"),
      checks: z
        .strictObject(Object.fromEntries(catalogue.map((check) => [check.id, override(check).optional()])))
        .meta({
          title: "Checks",
          description: "What differs from the profile, check by check; off switches a check off.",
        })
        .prefault({}),
    })
    .meta({ title: "Policy", description: "What counts as a finding." })
    .prefault({});

/**
 * One check's entry. Which entries are possible follows from the limits that the check declares;
 * a union of schemas could say so too, but not in one sentence with the right place.
 */
function override(check: Check) {
  const shape = limitShape(check);
  return z
    .unknown()
    .meta({ title: check.title, description: check.why, ...shapeSchema(shape) })
    .transform((value, context): LimitsOverride => {
      return readOverride(shape, value, (path, message, at) => {
        context.issues.push({ code: "custom", message, path: [...path], input: value, params: { at } });
      });
    });
}

const OFF = { const: "off" };

function shapeSchema(shape: LimitShape): object {
  if (shape.kind === "severity") return { enum: [...SEVERITIES, "off"] };
  const entries =
    shape.kind === "bands"
      ? shape.bands.map((band) => [band, { anyOf: [limitSchema(shape.unit), OFF] }])
      : Object.entries(shape.variants).map(([name, variant]) => [name, shapeSchema(variant)]);
  const properties = Object.fromEntries(entries);
  return { anyOf: [OFF, { type: "object", properties, additionalProperties: false, minProperties: 1 }] };
}

const limitSchema = (unit: "seconds" | "count"): object =>
  unit === "count" ? { type: "integer", minimum: 0 } : { type: "string", pattern: DURATION_PATTERN.source };
