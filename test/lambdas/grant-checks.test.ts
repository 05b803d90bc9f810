import { expect, it } from "vitest";
import { GRANT_CHECKS } from "../../lambdas/shared/grant-checks.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";

it("holds every check over what an application is granted", () => {
  const expected = CATALOGUE.map(({ id }) => id).filter((id) => /^grant\.(api|management)\./.test(id));

  expect(GRANT_CHECKS.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
});
