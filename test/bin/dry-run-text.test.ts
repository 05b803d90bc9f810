import { expect, it } from "vitest";
import { dryRunText } from "../../bin/rotation/dry-run-text.ts";
import type { NamedCredential } from "../../bin/rotation/rotated-credential.ts";
import type { Pending } from "../../lib/rotation/by-hand/dry-run.ts";
import { NOW, rotation } from "../support/rotations.ts";

const NAMED: NamedCredential = {
  tenant: {
    name: "acme",
    domain: "acme.eu.auth0.com",
    plan: "enterprise",
    auditor: { clientId: "auditor", secret: "env:AUDITOR" },
    credentials: [],
  },
  credential: { clientId: "jkl", kind: "client-secret", secret: "apps/checkout", rotate: "off", allowHs256: false },
};

const PENDING: Pending = { version: "v2", former: "v1", value: "refused", comesToNothing: false };
const ONLY_PENDING: Pending = { version: "v2", value: "refused", comesToNothing: false };
const UNTOLD = { version: "v2", startedAt: NOW };

it.each([
  [
    "is refused to whoever reads it, where Auth0 was not told",
    { pending: PENDING, underWay: UNTOLD, stored: "accepted" },
    [
      "Auth0 accepts the former client secret (AWSPREVIOUS, version v1).",
      "AWSCURRENT is on the version v2, of which Auth0 was not told: whoever reads AWSCURRENT alone is refused until a rotation tells it. It begins no other.",
    ],
  ],
  [
    "is only recorded, where a person told Auth0",
    { pending: { ...PENDING, value: "accepted" }, underWay: UNTOLD, stored: "refused" },
    [
      "Auth0 refuses the former client secret (AWSPREVIOUS, version v1).",
      "AWSCURRENT is on the version v2, which Auth0 accepts although no rotation told it: a rotation records that, and begins no other.",
    ],
  ],
  [
    "is finished, where a rotation told Auth0",
    { pending: { ...PENDING, value: "accepted" }, underWay: { ...UNTOLD, setAt: NOW }, stored: "refused" },
    [
      "Auth0 refuses the former client secret (AWSPREVIOUS, version v1).",
      "A rotation is not finished (version v2, whose client secret Auth0 accepts already): a rotation goes on with that one, and begins no other.",
    ],
  ],
  [
    "is nothing of the kind, where it is only pending",
    { pending: ONLY_PENDING, underWay: UNTOLD, stored: "accepted" },
    [
      "Auth0 accepts the stored client secret.",
      "A rotation is not finished (version v2): a rotation goes on with that one, and begins no other.",
    ],
  ],
  [
    "is only brought to its end, where nothing comes of it",
    { pending: { ...ONLY_PENDING, comesToNothing: true }, underWay: UNTOLD, stored: "accepted" },
    [
      "Auth0 accepts the stored client secret.",
      "A rotation is not finished (version v2): it is only brought to its end, and no other is begun.",
    ],
  ],
] as const)("a dry run says of a version that is current before its rotation is over: it %s", (_, given, sentences) => {
  const { underWay, ...run } = given;
  const record = rotation({ underWay });

  const text = dryRunText(NAMED, { ...run, obstacles: [], record, known: undefined, overwrite: false }, NOW, 400);

  expect(text.split("\n")).toEqual(expect.arrayContaining(sentences.map((sentence) => `  - ${sentence}`)));
});
