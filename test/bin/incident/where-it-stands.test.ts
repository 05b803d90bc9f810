import { describe, expect, it } from "vitest";
import { stoppedText } from "../../../bin/incident/where-it-stands.ts";
import type { Incident, StepResult } from "../../../lib/revocation/incident/incident.ts";
import { newIncident } from "../../../lib/revocation/incident/incidents.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";

const done = (at: number): StepResult => ({ at, outcome: "done", message: "It is done." });
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

describe("what is said when somebody stops answering", () => {
  it.each<[string, Incident]>([
    ["NOT LOCKED:", opened],
    ["LOCKED, but NOT CONTAINED,", { ...opened, leak, steps: { lock: done(1) } }],
    ["CONTAINED,", { ...opened, leak, steps: { lock: done(1), contain: done(2), prove: done(3) } }],
    ["DRILL,", { ...opened, drill: true, leak, steps: { lock: done(1) } }],
  ])("begins with %s", (words, incident) => {
    expect(stoppedText(incident).startsWith(words)).toBe(true);
    expect(stoppedText(incident)).toMatch(/npx curfew revoke --local --resume i$/);
  });
});
