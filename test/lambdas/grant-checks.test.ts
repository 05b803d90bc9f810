import { expect, it } from "vitest";
import { GRANT_CHECKS } from "../../lambdas/shared/grant-checks.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";

it("holds every check that needs no more than what applications are granted", () => {
  const expected = CATALOGUE.filter(
    ({ id, needs, needsHistory }) =>
      id.startsWith("grant.") &&
      needsHistory !== true &&
      needs.includes("clientGrants") &&
      needs.every((section) => section === "clientGrants" || section === "clients"),
  );

  expect(GRANT_CHECKS.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
});
