import { describe, expect, it } from "vitest";
import { type Resuming, stoppedText, unfollowedText } from "../../../bin/incident/where-it-stands.ts";
import type { Incident, StepResult } from "../../../lib/revocation/incident/incident.ts";
import { newIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";

const done = (at: number): StepResult => ({ at, outcome: "done", message: "It is done." });
const unproven: StepResult = { at: 3, outcome: "incomplete", message: "Not proven.", missing: ["a trial"], code: null };
const leak = classify({ clientId: "abc", token: null, client: undefined, own: null });
const REQUEST = {
  tenant: "acme",
  clientId: "abc",
  reason: "r",
  openedAt: 0,
  openedBy: "me",
  leakedSince: null,
  token: null,
};
const opened: Incident = newIncident("i", { ...REQUEST, drill: false });
const locked: Incident = { ...opened, leak, steps: { lock: done(1), contain: done(2) } };

/** Nobody here can log in with one, so none is asked for. */
const OF_CERTIFICATE = { ...leak, hasCertificate: true } as const;

describe("what is said when somebody stops answering", () => {
  it.each<[string, Incident]>([
    ["NOT LOCKED:", opened],
    ["LOCKED, but NOT CONTAINED,", { ...opened, leak, steps: { lock: done(1) } }],
    ["CONTAINED,", { ...locked, steps: { ...locked.steps, prove: done(3) } }],
    ["LOCKED, but NOT CONTAINED,", { ...locked, leak: OF_CERTIFICATE, steps: { ...locked.steps, prove: unproven } }],
    ["DRILL,", { ...opened, drill: true, leak, steps: { lock: done(1) } }],
  ])("begins with %s", (words, incident) => {
    expect(stoppedText(incident, {}).startsWith(words)).toBe(true);
    expect(stoppedText(incident, {})).toMatch(/npx curfew revoke --local --resume i$/);
  });

  it.each<[string, Resuming, string]>([
    [
      "as it was started",
      { config: "emergency.yaml", oldSecretFile: "old" },
      "i --config emergency.yaml --old-secret-file old",
    ],
    [
      "quoted for a shell",
      { config: "it's here.yaml", oldSecretFile: "old" },
      "i --config 'it'\\''s here.yaml' --old-secret-file old",
    ],
    ["with a file for what was piped in", { oldSecretFile: "-" }, "i --old-secret-file FILE"],
    ["with what is missing for the proof", { config: "e.yaml" }, "i --config e.yaml --old-secret-file FILE"],
  ])("ends with the command %s", (_, how, command) => {
    const text = stoppedText({ ...locked, steps: { ...locked.steps, prove: unproven } }, how);

    expect(text.endsWith(`npx curfew revoke --local --resume ${command}`)).toBe(true);
  });

  it("and only follows: a local incident goes on nowhere else", () => {
    expect(unfollowedText("i", false)).toMatch(/; the incident goes on\. Again: npx curfew incidents show i --follow$/);
    expect(unfollowedText("i", true)).toMatch(/only while .* runs\. .*: npx curfew revoke --local --resume i$/);
  });
});
