import type { ErrorCode } from "../../model/curfew-error.ts";
import { optionsFor } from "../credentials/credential-text.ts";
import type { Refusal } from "../refusal.ts";

/** What a refusal means, in half a sentence, and what a person can do about it. */
interface Advice {
  meaning: string;
  /** A command stands last in its step and without its options; {@link withOptions} adds them. */
  steps: readonly string[];
  /** How to go on after that where the rotation is held: {@link RESUME}, if nothing else; null: nothing is left to rotate. */
  goOn?: string | null;
}

const RESUME = "Then go on: npx curfew rotate resume";

/** Where no refusal says what is wrong. */
const LOG_STEP =
  "The log of the function curfew-rotate-secret says which step failed and why; that of the function RotateDue, where an audit could not begin or finish it.";

/** A secret that is not there fails before any function that rotates is called. */
const MISSING_STEP = "Correct the secret's name in curfew.yaml and deploy, or create it: npx curfew rotate adopt";

const DRY_RUN = "See what would happen: npx curfew rotate --dry-run";
/** Where nothing came of a version. */
export const ORDER_AGAIN =
  "Order it again, with --overwrite where that was said, and it is made of what is current: npx curfew rotate";

const CALIBRATE = "See what the probe says, with nothing changed: npx curfew rotate --dry-run";

/** docs/runbook.md says more about each. */
export const REFUSAL_ADVICE: Readonly<Record<Refusal, Advice>> = {
  "no-target": {
    meaning: "nothing says whose secret it is",
    steps: ["Take the secret over: npx curfew rotate adopt"],
  },
  "not-configured": {
    meaning: "the deployed configuration does not know it, or says something else about it",
    steps: [
      "Compare credentials in curfew.yaml with the secret: its tenant, client and kind; the tenant needs a rotator.",
      "Deploy what you change; where curfew.yaml has it all already, deploy that: the function goes by what is deployed.",
    ],
  },
  "target-disagrees": {
    meaning: "the stored secret names another domain or client",
    steps: ["Look into the secret in Secrets Manager: its domain and clientId must be those of curfew.yaml."],
  },
  "payload-unusable": {
    meaning: "the stored secret holds no credential of the configured kind",
    steps: [
      "Look at the form of the secret in Secrets Manager; docs/configuration.md, under Secrets, says which forms there are.",
    ],
  },
  "rotation-disabled": {
    meaning: "rotation is switched off in Secrets Manager",
    steps: [
      "Switch it on, without rotating; where a rotation was cancelled, that says first what to do about its version: npx curfew rotate adopt",
    ],
  },
  "version-unknown": {
    meaning: "the version is none of the secret's",
    steps: ["Nothing but Secrets Manager should call curfew-rotate-secret: find out who did."],
  },
  "fields-changed": {
    meaning: "other fields of the secret were changed meanwhile",
    steps: [ORDER_AGAIN],
  },
  "rotate-off": {
    meaning: "rotate is off in curfew.yaml, and nobody asked",
    steps: [
      "Find out what else asks Secrets Manager to rotate it.",
      "To let Curfew do it, set rotate: auto and deploy; to do it now: npx curfew rotate",
    ],
  },
  held: {
    meaning: "it is held since an earlier failure",
    steps: ["Mend what that failure was about."],
  },
  "client-gone": {
    meaning: "the application is not in Auth0 any more",
    steps: ["Take it out of credentials in curfew.yaml and deploy; delete the secret once nobody reads it."],
    goOn: null,
  },
  "global-client": {
    meaning: "it is the tenant's global client, which Curfew never touches",
    steps: ["Take it out of credentials in curfew.yaml and deploy."],
    goOn: null,
  },
  "public-client": {
    meaning: "the application is a public client, which has no secret to keep",
    steps: [
      "Take it out of credentials in curfew.yaml and deploy, or make the application a confidential one in Auth0.",
    ],
    goOn: "Once it is a confidential one, go on: npx curfew rotate resume",
  },
  "hs256-client": {
    meaning: "its ID tokens are signed with its secret, and their signatures would break at once",
    steps: [
      "In Auth0, switch the application to RS256.",
      "Or accept the break with allowHs256: true in curfew.yaml, deploy, and rotate when it hurts least.",
    ],
  },
  "kind-mismatch": {
    meaning: "the application authenticates in another way than curfew.yaml says",
    steps: ["Correct kind in curfew.yaml and deploy; Curfew never switches how an application authenticates."],
  },
  "not-calibrated": {
    meaning: "Auth0's answers do not tell a right credential from a wrong one",
    steps: [CALIBRATE, "Without a probe a dead secret could not be told from a live one, so rotate it by hand."],
    goOn: "Once the probe calibrates, go on: npx curfew rotate resume",
  },
  "current-refused": {
    meaning: "Auth0 refuses what is stored: somebody changed one of the two by hand",
    steps: [
      "Find out what was changed, in Auth0 or in Secrets Manager, and which of the two is in use.",
      "If the one in Auth0 is in use, store it in Secrets Manager.",
      "If nobody uses the one in Auth0, replace it: npx curfew rotate --overwrite",
    ],
    goOn: "After --overwrite nothing is left to do; after storing the right one go on: npx curfew rotate resume",
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

/** A credential that advice is about. */
export interface Advised {
  tenant: string;
  clientId: string;
  /** The secret's name in Secrets Manager. */
  secret: string;
}

/** What to do about a refusal; commands name the credential, ready to be copied. */
export const refusalSteps = (refusal: Refusal, advised: Advised): string[] =>
  REFUSAL_ADVICE[refusal].steps.map((step) => withOptions(step, advised));

/** What to do about a failure that is no refusal. */
export const failureSteps = (code: ErrorCode | undefined, advised: Advised): string[] => [
  withOptions(failureStep(code), advised),
];

const failureStep = (code: ErrorCode | undefined): string => (code === "not-found" ? MISSING_STEP : LOG_STEP);

/**
 * What to do about a credential that is held, and how to go on then.
 *
 * @param refusal null where it failed too often
 * @param code of the last failure
 */
export function heldSteps(refusal: Refusal | null, code: ErrorCode | undefined, advised: Advised): string[] {
  const { steps, goOn = RESUME }: Omit<Advice, "meaning"> = refusal
    ? REFUSAL_ADVICE[refusal]
    : { steps: [failureStep(code)] };
  const onwards = goOn === null ? [] : [...(steps.includes(CALIBRATE) ? [] : [DRY_RUN]), goOn];
  return [...steps, ...onwards].map((step) => withOptions(step, advised));
}

/** A command that stands last in a step, with the options that name the credential. */
export function withOptions(step: string, { tenant, clientId, secret }: Advised): string {
  const options = optionsFor(tenant, clientId);
  return step.replace(/npx curfew rotate( adopt| resume)?/, (command, verb) =>
    verb === " adopt" ? `${command} ${options} --secret ${secret}` : `${command} ${options}`,
  );
}
