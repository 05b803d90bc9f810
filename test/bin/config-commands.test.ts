import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { curfew, temporaryFolder } from "../support/command-line.ts";

it("names in a configuration that `init` wrote who rotates what, once its comments are taken away", async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await curfew(["init"], { cwd });
  const written = await readFile(join(cwd, "curfew.yaml"), "utf8");
  await folder.write(
    "curfew.yaml",
    written.replace(/^ {4}# rotator:[\s\S]+?\n\n/m, (part) => part.replace(/^ {4}# /gm, "    ")),
  );

  const plain = await curfew(["config", "check"], { cwd });

  expect(plain.stdout + plain.stderr).toContain(
    [
      "    rotator replace-with-its-client-id, secretsmanager:curfew/acme-prod/rotator",
      "    1 credential, 0 rotated automatically:",
      "      replace-with-the-application, client-secret in apps/checkout/auth0; rotate: off",
    ].join("\n"),
  );
  expect(plain.code).toBe(0);
});
