import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENDPOINTS } from "../../lib/sandbox/management/endpoints.ts";
import { hasReference } from "../support/reference.ts";
import { type ManagementReference, managementReference } from "./support/reference-schemas.ts";
import { type Stop, takeTour } from "./support/tour.ts";

/** Statuses that real tenants answer and the reference does not list, and what shows them. */
const STATUSES_UNLISTED: Record<string, { status: number; because: string }> = {
  "patch /resource-servers/{id}": {
    status: 200,
    because: "collected from real tenants, no recording at hand; listed is 201",
  },
  "patch /clients/{client_id}/credentials/{credential_id}": {
    status: 200,
    because: "recordings 035 and 038; listed is 201",
  },
  "delete /network-acls/{id}": {
    status: 200,
    because: "collected from real tenants, no recording at hand; listed is 204",
  },
  "get /email-templates/{templateName}": { status: 404, because: "what a template gives that was never configured" },
};

/** Fields of real answers that the reference does not know, and what shows them. */
const FIELDS_UNLISTED: Record<string, { fields: string[]; because: string }> = {
  "/tenants/settings": { fields: ["universal_login"], because: "recordings 062 to 069" },
};

describe.skipIf(!hasReference)("answers, held against the Management API's reference", () => {
  let stops: Stop[];
  let reference: ManagementReference;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const tour = await takeTour();
    stops = tour.stops;
    close = () => tour.world.sandbox.close();
    reference = managementReference();
  });
  afterAll(() => close());

  const nameOf = ({ method, template }: Stop) => `${method} ${template}`;

  it("come from every endpoint that the sandbox has, at least one of them a success", () => {
    const succeeded = new Set(stops.filter(({ status }) => status < 300).map((stop) => normalized(nameOf(stop))));
    const all = ENDPOINTS.map(({ method, path }) => normalized(`${method.toLowerCase()} ${path}`));
    expect(all.filter((name) => !succeeded.has(name))).toEqual([]);
    console.log(`openapi: ${stops.length} answers of ${all.length} endpoints`);
  });

  it("have statuses that the reference lists, or that a recording shows", () => {
    const surprising = stops.filter((stop) => {
      const listed = reference.statuses(stop.method, stop.template)?.includes(String(stop.status));
      return !listed && STATUSES_UNLISTED[nameOf(stop)]?.status !== stop.status;
    });
    expect(surprising.map((stop) => `${nameOf(stop)}: ${stop.status} ${JSON.stringify(stop.body)}`)).toEqual([]);
  });

  it("have bodies that the reference allows", () => {
    const problems = stops.flatMap((stop) => {
      if (stop.status >= 300) return [];
      const contradiction = STATUSES_UNLISTED[nameOf(stop)];
      const status = contradiction?.status === stop.status ? documentedStatus(stop) : stop.status;
      const validate = reference.schema(stop.method, stop.template, status);
      if (!validate || validate(stop.body)) return [];
      const errors = (validate.errors ?? []).filter((error) => !isContradicted(stop, error));
      return errors.length === 0 ? [] : [`${nameOf(stop)}: ${JSON.stringify(errors.slice(0, 3))}`];
    });
    expect(problems).toEqual([]);
  });

  it("are errors in Auth0's envelope", () => {
    const errors = stops.filter(({ status }) => status >= 400);
    expect(errors.length).toBeGreaterThan(5);
    for (const { status, body } of errors) {
      expect(body).toMatchObject({ statusCode: status, error: expect.any(String), message: expect.any(String) });
      expect(["statusCode", "error", "message", "errorCode"]).toEqual(expect.arrayContaining(Object.keys(body)));
    }
  });

  function documentedStatus(stop: Stop): number {
    const success = reference.statuses(stop.method, stop.template)?.find((status) => status.startsWith("2"));
    return Number(success);
  }
});

interface Problem {
  keyword: string;
  params: Record<string, unknown>;
}

function isContradicted(stop: Stop, error: Problem): boolean {
  const known = FIELDS_UNLISTED[stop.template]?.fields ?? [];
  return error.keyword === "additionalProperties" && known.includes(String(error.params.additionalProperty));
}

/** Parameters are named differently here and there. */
function normalized(name: string): string {
  return name.replaceAll(/\{\w+\}/g, "{}");
}
