import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { agreed } from "../../bin/rotation/agreed.ts";
import { credentialEntry } from "../../bin/rotation/credential-entry.ts";
import { failureText, newStageText } from "../../bin/rotation/follow-rotation.ts";
import type { NamedCredential } from "../../bin/rotation/rotated-credential.ts";
import { nothingCame, outcomeOf, refusalAdvice } from "../../bin/rotation/rotation-outcome.ts";
import type { Invocation } from "../../bin/run-command-line.ts";
import type { Terminal } from "../../bin/terminal.ts";
import type { Progress } from "../../lib/rotation/ledger/progress.ts";
import type { RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import type { RotationTarget } from "../../lib/rotation/ledger/target.ts";
import { REFUSALS } from "../../lib/rotation/refusal.ts";
import { rotationFunctionArn } from "../../lib/rotation/vault/function-arn.ts";
import { ACCEPTED, ARN, aftercare, DAY, NOW, rotation } from "./rotation-records.ts";

const target: RotationTarget = {
  arn: ARN,
  tenant: "acme",
  clientId: "checkout",
  kind: "client-secret",
  writtenBy: "adopt",
  at: NOW,
};

describe("what a rotation came to", () => {
  const progress = (more: Partial<Progress>): Progress => ({
    stage: "ordered",
    failure: null,
    held: null,
    aftercare: null,
    ...more,
  });

  it.each<{ title: string; seen: Partial<Progress>; code: number; says: string }>([
    { title: "proven", seen: { stage: "proven" }, code: 0, says: "proven dead" },
    { title: "promoted, and nothing left", seen: { stage: "promoted" }, code: 0, says: "is rotated." },
    {
      title: "overlapping",
      seen: { stage: "promoted", aftercare: aftercare({ from: NOW + DAY, oldKey: { id: "cred_1", kid: "k1" } }) },
      code: 0,
      says: "Until 2026-11-24 06:00 UTC",
    },
    {
      title: "a key that is gone already",
      seen: { stage: "promoted", aftercare: aftercare({ from: NOW + DAY }) },
      code: 0,
      says: "is not proven yet; the next audit goes on",
    },
    {
      title: "not proven yet",
      seen: { stage: "promoted", aftercare: aftercare() },
      code: 0,
      says: "the next audit goes on",
    },
    {
      title: "not provable",
      seen: { stage: "promoted", aftercare: aftercare({ notProvable: "Gone." }) },
      code: 0,
      says: "cannot be proven: Gone.",
    },
    {
      title: "gone back",
      seen: { stage: "promoted", aftercare: aftercare({ notProvable: "It is current again.", ending: "in-use" }) },
      code: 1,
      says: "The secret was rotated, and is not in use any more: It is current again.",
    },
    {
      title: "overdue",
      seen: { stage: "promoted", aftercare: aftercare({ overdueSince: NOW, answers: [ACCEPTED] }) },
      code: 1,
      says: "still accepts the old secret",
    },
    {
      title: "held",
      seen: { held: { since: NOW, refusal: "hs256-client", message: "HS256." } },
      code: 1,
      says: "Not rotated: HS256.",
    },
    {
      title: "failed",
      seen: {
        failure: { version: "v", step: "setSecret", at: NOW, code: "unreachable", refusal: null, message: "No." },
      },
      code: 1,
      says: "Not rotated yet: No.",
    },
    { title: "silent", seen: {}, code: 1, says: "Nothing more was heard" },
  ])("is said with an exit code: $title", ({ seen, code, says }) => {
    const outcome = outcomeOf(target, progress(seen), NOW);

    expect(outcome).toMatchObject({ code, text: expect.stringContaining(says) });
  });

  it("is that a new one may be begun, where what hung has come to its end; nobody else does that", () => {
    const { code, text, advice } = nothingCame(target);

    expect([code, text]).toEqual([1, expect.stringContaining("nothing is in the way of a new one any more")]);
    expect(advice).toEqual(["Rotate it: npx curfew rotate --tenant acme --client checkout"]);
  });

  it("has advice for each refusal, with commands that name the credential", () => {
    for (const refusal of REFUSALS) {
      const steps = refusalAdvice(refusal, { tenant: "acme", clientId: "checkout", secret: "apps/checkout" });
      expect(steps.length).toBeGreaterThan(1);
      for (const step of steps.filter((one) => one.includes("npx curfew rotate"))) {
        expect(step).toContain("--tenant acme --client checkout");
      }
    }
    const adopt = refusalAdvice("no-target", { tenant: "acme", clientId: "a b", secret: "apps/checkout" }).join("\n");
    expect(adopt).toContain("rotate adopt --tenant acme --client 'a b' --secret apps/checkout");
  });
});

it("each stage of a rotation is said once, and none that a dropped version falls back to", () => {
  const heard = [undefined, "ordered", "begun", "begun", "ordered"] as const;
  const said = heard.slice(1).map((stage, at) => newStageText(stage ?? "ordered", heard[at], target, "here"));

  expect(said.map((text) => text?.slice(0, 12))).toEqual(["This machine", "A new secret", undefined, undefined]);
});

describe("what is said before anybody is asked", () => {
  const named = {
    tenant: { name: "acme", domain: "acme.eu.auth0.com" },
    credential: { clientId: "checkout", kind: "client-secret", secret: "apps/checkout" },
  } as unknown as NamedCredential;
  const said = async (more: Partial<RotationRecord>, hanging?: string): Promise<string> => {
    const shown: string[] = [];
    const rotatable = { target, hanging, record: rotation(more) };
    const asked = { overwrite: false, yes: true, keepsProof: true };
    const terminal = { err: (text: string) => void shown.push(text), width: 300 } as unknown as Terminal;
    await agreed(named, rotatable, asked, terminal, {} as Invocation);
    return shown.join("");
  };

  it("names the last rotation, while its old secret is not proven dead: this one would be a second one", async () => {
    const left = aftercare({ promotedAt: NOW });
    const twice =
      /^This rotates .*\nIt was rotated at 2026-11-23 06:00 UTC, and the old client secret is not proven dead yet\. .*once more/;

    expect(await said({ aftercare: [left] })).toMatch(twice);
    for (const text of [await said({}), await said({ aftercare: [{ ...left, notProvable: "It is gone." }] })])
      expect(text).not.toContain("It was rotated");
    expect(await said({ aftercare: [left] }, "v1")).not.toContain("It was rotated");
  });
});

describe("a failure that is followed", () => {
  const failure = { version: "v1", step: "createSecret", at: NOW, code: "rotation-busy", refusal: null } as const;
  const busy = { ...failure, message: "Somebody else is working on it." };

  it("says until when somebody else is at work as far as that is known, and of others once what failed", () => {
    const takenUntil = NOW + 605_000;
    const throttled = { ...busy, code: "throttled", message: "Auth0 throttles." } as const;

    expect(failureText({ failure: busy, takenUntil }, null, "service")).toContain("until 2026-11-23 06:10 UTC at the");
    expect(failureText({ failure: busy, takenUntil: undefined }, null, "service")).toBeUndefined();
    expect(failureText({ failure: busy, takenUntil }, null, "here")).toBeUndefined();
    expect(failureText({ failure: throttled, takenUntil: undefined }, busy, "here")).toBeUndefined();
    expect(failureText({ failure: { ...throttled, at: NOW + 1 }, takenUntil: undefined }, busy, "here")).toBe(
      "It failed at createSecret: Auth0 throttles.",
    );
  });
});

describe("the entry for curfew.yaml", () => {
  it.each(["checkout", "https://client.example/metadata.json", "true", "#1: x"])(
    "holds any client id: %s",
    (clientId) => {
      const text = credentialEntry({ clientId, kind: "client-secret", secret: "apps/checkout" });

      const { tenants } = parse(`tenants:\n  - name: acme\n    credentials:\n      - other\n${text}`);
      expect(tenants[0].credentials).toEqual([
        "other",
        { clientId, kind: "client-secret", secret: "apps/checkout", rotate: "off" },
      ]);
    },
  );
});

describe("the rotation function", () => {
  it("is found by the secret's ARN, in its partition, region and account", () => {
    expect(rotationFunctionArn(ARN)).toBe("arn:aws:lambda:eu-central-1:111122223333:function:curfew-rotate-secret");
    expect(rotationFunctionArn("arn:aws-cn:secretsmanager:cn-north-1:1:secret:x-AbCdEf")).toMatch(
      /^arn:aws-cn:lambda:cn-north-1:1:/,
    );
    expect(() => rotationFunctionArn("apps/checkout")).toThrow("not the ARN of a secret");
  });
});
