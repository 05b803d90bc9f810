import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextStep, type RespondStep } from "../../lib/revocation/contain/respond-order.ts";
import type { Incident, IncidentStep, StepResult } from "../../lib/revocation/incident/incident.ts";
import { newIncident } from "../../lib/revocation/incident/open-incident.ts";

const THREE_AM = Date.UTC(2026, 10, 23, 3);

const incidentWith = (steps: Incident["steps"]): Incident => ({
  ...newIncident("leak", {
    ...{ tenant: "acme", clientId: "job", reason: "", openedBy: "dana", leakedSince: null, token: null },
    ...{ openedAt: THREE_AM, drill: false },
  }),
  steps,
});

const done = (at = THREE_AM): StepResult => ({ at, outcome: "done", message: "" });
const lacking = (code: "throttled" | "missing-scope", at = THREE_AM): StepResult => ({
  ...{ at, outcome: "incomplete", message: "", missing: ["a grant"], code },
});

const CONTAINED = {
  ...{ lock: done(), "detach-key": done(), contain: done(), "network-acl": done(), look: done() },
} satisfies Incident["steps"];

describe("what comes next", () => {
  test("is the lock, then everything that contains, then the new credential, the proof and the window", () => {
    const order: RespondStep[] = [];
    let incident = incidentWith({});
    for (;;) {
      const { step } = nextStep(incident, THREE_AM);
      order.push(step);
      if (step === "window") break;
      incident = { ...incident, steps: { ...incident.steps, [step]: done() } };
    }

    expect(order).toEqual(["lock", "detach-key", "contain", "network-acl", "look", "rotate", "prove", "window"]);
  });

  test("is what is missing, as long as trying again can help, in pauses of ten seconds and for a quarter of an hour", () => {
    const incident = incidentWith({ ...CONTAINED, contain: lacking("throttled") });

    expect(nextStep(incident, THREE_AM)).toEqual({ step: "contain", wait: 10 });
    expect(nextStep(incident, THREE_AM + 15 * 60_000).step).toBe("rotate");
    expect(nextStep(incidentWith({ ...CONTAINED, contain: lacking("missing-scope") }), THREE_AM).step).toBe("rotate");
    expect(nextStep(incidentWith({ ...CONTAINED, "network-acl": lacking("throttled") }), THREE_AM).step).toBe("rotate");
  });

  test("is what was tried longest ago, where several are missing", () => {
    const steps = { ...CONTAINED, lock: lacking("throttled", THREE_AM + 9_000), contain: lacking("throttled") };

    expect(nextStep(incidentWith(steps), THREE_AM + 9_000)).toEqual({ step: "contain", wait: 1 });
  });

  test("is the proof again when something was taken away since, unless it was given back on purpose", () => {
    const steps = { ...CONTAINED, rotate: done(), prove: done(THREE_AM + 1), contain: done(THREE_AM + 2) };

    expect(nextStep(incidentWith(steps), THREE_AM + 3).step).toBe("prove");
    expect(nextStep(incidentWith({ ...steps, restore: done(THREE_AM + 2) }), THREE_AM + 3).step).toBe("window");
  });

  test("never stands still, whatever can be recorded", () => {
    const name = fc.constantFrom<IncidentStep>(
      "lock",
      "detach-key",
      "contain",
      "network-acl",
      "look",
      "rotate",
      "prove",
    );
    const result = fc.constantFrom(done(), lacking("throttled"), lacking("missing-scope"));
    fc.assert(
      fc.property(fc.dictionary(name, result), (steps) => {
        const incident = incidentWith(steps);
        let after: RespondStep | undefined;
        let now = THREE_AM;
        for (let count = 0; count < 1_000; count++) {
          const { step, wait } = nextStep(incident, now, after);
          if (step === "watch") return;
          expect(wait).toBeGreaterThanOrEqual(0);
          now += wait * 1000 + 1;
          after = step;
        }
        throw new Error("It stands still.");
      }),
    );
  });
});
