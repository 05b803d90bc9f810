import { describe, expect, it } from "vitest";
import { CurfewError, type ErrorCode } from "../../lib/model/curfew-error.ts";
import { nextStep } from "../../lib/revocation/contain/respond-order.ts";
import { isShutOut } from "../../lib/revocation/local/respond-locally.ts";
import { readingsOf } from "../../lib/revocation/window/readings.ts";
import { incidentOf, THREE_AM, testParts, testTenant } from "./support.ts";

interface Meaning {
  /** It comes of talking to Auth0: the window goes on with what is known of the APIs. */
  ofAuth0: boolean;
  /** It may be over in a minute: containing is tried again at once, and not with the next turn of watching. */
  passes: boolean;
  /** Nothing but a person ends it: the command line says so first, and stops. */
  shutsOut: boolean;
}

const meaning = (...words: (keyof Meaning)[]): Meaning => ({
  ofAuth0: words.includes("ofAuth0"),
  passes: words.includes("passes"),
  shutsOut: words.includes("shutsOut"),
});

/** Each code of the closed set: whoever adds one has to say here what it means in an emergency. */
const MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  "missing-scope": meaning("ofAuth0"),
  "feature-unavailable": meaning("ofAuth0"),
  "credentials-refused": meaning("ofAuth0", "shutsOut"),
  "no-grant": meaning("ofAuth0", "shutsOut"),
  throttled: meaning("ofAuth0", "passes"),
  unreachable: meaning("ofAuth0", "passes"),
  "timed-out": meaning("ofAuth0", "passes"),
  "service-failed": meaning("ofAuth0", "passes"),
  "unexpected-answer": meaning("ofAuth0", "passes"),
  "request-refused": meaning("ofAuth0"),
  "not-found": meaning("ofAuth0"),
  "token-expired": meaning("ofAuth0", "passes"),
  "configuration-invalid": meaning("shutsOut"),
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

  it.each(CODES)("leaves the window with what is known where Auth0 is the reason: %s", async (code, { ofAuth0 }) => {
    const { parts } = testParts(testTenant({ apis: () => Promise.reject(new CurfewError(code, "It failed.")) }));
    const read = readingsOf("leak", null, parts);

    await (ofAuth0 ? expect(read).resolves.toEqual([]) : expect(read).rejects.toThrow("It failed."));
  });
});
