import { describe, expect, it } from "vitest";
import { CurfewError, type ErrorCode } from "../../lib/model/curfew-error.ts";
import { nextStep } from "../../lib/revocation/contain/respond-order.ts";
import { isShutOut } from "../../lib/revocation/local/respond-locally.ts";
import { readingsOf } from "../../lib/revocation/window/readings.ts";
import { incidentOf, THREE_AM, testParts, testTenant } from "./support.ts";

interface Meaning {
  /** The tenant cannot be asked: the window goes on with what is known of the APIs. */
  unasked: boolean;
  /** It may be over in a minute: containing is tried again at once, and not with the next turn of watching. */
  passes: boolean;
  /** Nothing but a person ends it: the command line says so first, and stops. */
  shutsOut: boolean;
}

const meaning = (...words: (keyof Meaning)[]): Meaning => ({
  unasked: words.includes("unasked"),
  passes: words.includes("passes"),
  shutsOut: words.includes("shutsOut"),
});

/** Each code of the closed set: whoever adds one has to say here what it means in an emergency. */
const MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  "missing-scope": meaning("unasked"),
  "feature-unavailable": meaning("unasked"),
  "credentials-refused": meaning("unasked", "shutsOut"),
  "no-grant": meaning("unasked", "shutsOut"),
  throttled: meaning("unasked", "passes"),
  unreachable: meaning("unasked", "passes"),
  "timed-out": meaning("unasked", "passes"),
  "service-failed": meaning("unasked", "passes"),
  "unexpected-answer": meaning("unasked", "passes"),
  "request-refused": meaning("unasked"),
  "not-found": meaning("unasked"),
  "token-expired": meaning("unasked", "passes"),
  "configuration-invalid": meaning("unasked", "shutsOut"),
  "arguments-invalid": meaning(),
  "reference-unresolved": meaning(),
  "file-unwritable": meaning(),
  "vault-failed": meaning(),
  "version-taken": meaning(),
  "rotation-refused": meaning(),
  "rotation-busy": meaning(),
  "rotation-unfinished": meaning(),
  "token-refused": meaning(),
  "approval-refused": meaning(),
  "store-failed": meaning("passes"),
  "ledger-busy": meaning(),
  interrupted: meaning(),
};
const CODES = Object.entries(MEANINGS) as [ErrorCode, Meaning][];

const unlocked = (code: ErrorCode) => {
  const lock = { at: THREE_AM, outcome: "incomplete", message: "Not locked.", missing: ["the lock"], code } as const;
  const skipped = { at: THREE_AM, outcome: "not-applicable", message: "Nothing to do." } as const;
  const others = { contain: skipped, "detach-key": skipped, "network-acl": skipped, look: skipped };
  return incidentOf({ leak: null, steps: { lock, ...others } });
};

describe("every reason for which something fails", () => {
  it.each(CODES)("holds up what contains only where it may pass: %s", (code, { passes }) => {
    expect(nextStep(unlocked(code), THREE_AM).step).toBe(passes ? "lock" : "rotate");
  });

  it.each(CODES)("ends the command line's try only where a person has to act: %s", (code, { shutsOut }) => {
    expect(isShutOut(unlocked(code))).toBe(shutsOut);
  });

  it.each(CODES)(
    "leaves the window with what is known where the tenant cannot be asked: %s",
    async (code, { unasked }) => {
      const { parts } = testParts(testTenant({ apis: () => Promise.reject(new CurfewError(code, "It failed.")) }));
      const read = readingsOf("leak", null, parts);

      await (unasked ? expect(read).resolves.toEqual([]) : expect(read).rejects.toThrow("It failed."));
    },
  );
});
