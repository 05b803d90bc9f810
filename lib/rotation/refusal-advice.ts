import type { Refusal } from "./refusal.ts";

/** What a refusal means, in half a sentence, and what a person can do about it. */
export interface Advice {
  meaning: string;
  steps: readonly string[];
}

const CALIBRATE = "See what the probe says, with nothing changed: npx curfew rotate --dry-run";

/** docs/runbook.md says more about each. */
export const REFUSAL_ADVICE: Readonly<Record<Refusal, Advice>> = {
  "no-target": {
    meaning: "nothing says whose secret it is",
    steps: ["Take the secret over: npx curfew rotate adopt"],
  },
  "not-configured": {
    meaning: "the configuration does not know it, or says something else about it",
    steps: [
      "Compare credentials in curfew.yaml with the secret: its tenant, client and kind; the tenant needs a rotator.",
      "Deploy what you change.",
    ],
  },
  "target-disagrees": {
    meaning: "the stored secret names another domain or client",
    steps: ["Look into the secret in Secrets Manager: its domain and clientId must be those of curfew.yaml."],
  },
  "payload-unusable": {
    meaning: "the stored secret holds no credential of the configured kind",
    steps: ["Look at the form of the secret in Secrets Manager; docs/rotation.md says which forms there are."],
  },
  "rotation-disabled": {
    meaning: "rotation is switched off in Secrets Manager",
    steps: ["Switch it on, without rotating: npx curfew rotate adopt"],
  },
  "version-unknown": {
    meaning: "the version is none of the secret's",
    steps: ["Nothing but Secrets Manager should call curfew-rotate-secret: find out who did."],
  },
  "rotate-off": {
    meaning: "rotate is off in curfew.yaml, and nobody asked",
    steps: [
      "Rotate it by hand with npx curfew rotate, or set rotate: auto; find out what else asks Secrets Manager to rotate it.",
    ],
  },
  held: {
    meaning: "it is held since an earlier failure",
    steps: ["Mend what that failure was about, then resume."],
  },
  "client-gone": {
    meaning: "the application is not in Auth0 any more",
    steps: ["Take it out of credentials in curfew.yaml, and delete the secret once nobody reads it."],
  },
  "global-client": {
    meaning: "it is the tenant's global client, which Curfew never touches",
    steps: ["Take it out of credentials in curfew.yaml."],
  },
  "public-client": {
    meaning: "the application is a public client, which has no secret to keep",
    steps: ["Take it out of credentials in curfew.yaml, or make the application a confidential one in Auth0."],
  },
  "hs256-client": {
    meaning: "its ID tokens are signed with its secret, and their signatures would break at once",
    steps: [
      "In Auth0, switch the application to RS256.",
      "Or accept the break with allowHs256: true in curfew.yaml, and rotate when it hurts least.",
    ],
  },
  "kind-mismatch": {
    meaning: "the application authenticates in another way than curfew.yaml says",
    steps: ["Correct kind in curfew.yaml; Curfew never switches how an application authenticates."],
  },
  "not-calibrated": {
    meaning: "Auth0's answers do not tell a right credential from a wrong one",
    steps: [CALIBRATE, "Without a probe a dead secret could not be told from a live one, so rotate it by hand."],
  },
  "current-refused": {
    meaning: "Auth0 refuses the stored secret: somebody set another one by hand",
    steps: [
      "Find out who set it and whether somebody uses it.",
      "If it is the right one, store it in Secrets Manager; if not, overwrite it: npx curfew rotate --overwrite",
    ],
  },
  "never-accepted": {
    meaning:
      "Auth0 refuses the stored secret and was never seen to accept one: it is wrong, or the refusals say nothing",
    steps: [
      "Compare the secret in Secrets Manager with the one that the application uses, which Auth0's dashboard shows; store that one.",
      "If it is refused as well, Auth0's answers say nothing for this application: rotate it by hand.",
    ],
  },
  "no-place": {
    meaning: "both places for keys are taken by keys that something refers to",
    steps: ["In Auth0, remove one of the application's two keys from what refers to it."],
  },
};
