import { expect, test } from "vitest";
import type { ExceptionConfig } from "../../lib/config/schema.ts";
import { listExceptions } from "../../lib/findings/list-exceptions.ts";
import { audit, CHECK, finding } from "../support/reports.ts";

const NOW = Date.parse("2026-11-23T23:59:59Z");

const exception = (fields: Partial<ExceptionConfig>): ExceptionConfig => ({
  check: CHECK,
  resource: "*",
  reason: "why",
  owner: "dana@acme.example",
  expires: "2026-11-23",
  ...fields,
});

const found = audit({
  tenant: "acme",
  findings: ["a", "b", "c"].map((id) => finding({ id, resource: { type: "resource-server", id, name: `API ${id}` } })),
});

const listed = (...exceptions: ExceptionConfig[]) =>
  listExceptions([found, audit({ tenant: "globex", status: "failed" })], { exceptions }, NOW).map(
    ({ tenant, resource, name, accepts }) => ({ tenant, resource, name, accepts }),
  );

test("each finding counts for the most specific exception that holds, on its last day too", () => {
  expect(listed(exception({}), exception({ tenant: "acme" }), exception({ resource: "b" }))).toEqual([
    { tenant: null, resource: "*", name: null, accepts: 0 },
    { tenant: "acme", resource: "*", name: null, accepts: 2 },
    { tenant: null, resource: "b", name: "API b", accepts: 1 },
  ]);
});

test("one that has ended accepts nothing, and is listed with the name of what it was for", () => {
  expect(listed(exception({ resource: "b", expires: "2026-11-22" }))).toEqual([
    { tenant: null, resource: "b", name: "API b", accepts: 0 },
  ]);
});

test("those of a tenant that failed are listed, those of a tenant that was not asked for are not", () => {
  expect(listed(exception({ tenant: "globex" }), exception({ tenant: "initech" }))).toEqual([
    { tenant: "globex", resource: "*", name: null, accepts: 0 },
  ]);
});

test("an exception that accepts nothing is listed", () => {
  expect(listed(exception({ resource: "gone" }))).toEqual([{ tenant: null, resource: "gone", name: null, accepts: 0 }]);
});
