import { LOGIN_WORDS, type LoginName } from "../../config/logins.ts";
import {
  CALL_BACK,
  closeByHand,
  LEAK_ADVICE,
  type LeakAdvice,
  type LeakKind,
  type Lever,
  revokeCertificate,
  type Shortening,
  type Untouched,
} from "./leak-kinds.ts";
import type { TokenFacts } from "./leaked-token.ts";

/** One of Curfew's own applications in the tenant. */
export interface OwnLogin {
  role: LoginName;
  /** What else the same application is; absent where it is nothing else. */
  also?: readonly LoginName[];
  /** Whether a spare is configured beside the responder: only then can anything act against the responder. */
  hasSpare: boolean;
}

/** What Auth0 says of the application, as far as it says what leaked. Absent fields were not reported. */
export interface LeakedClient {
  name: string | undefined;
  appType: string | undefined;
  /** `none` for a public client. */
  tokenEndpointAuthMethod: string | undefined;
  grantTypes: readonly string[] | undefined;
  /** Ids of the registered keys that it authenticates with; undefined where it does not. */
  attachedKeys: readonly string[] | undefined;
  /** Ids of the certificates that it authenticates with (mTLS); undefined where it does not. */
  certificates?: readonly string[];
  /** Whether it stands for the tenant itself. */
  isGlobal?: boolean;
}

/** A leak as it was reported, and what is known of the application. */
export interface LeakReport {
  clientId: string;
  /** Null when it is the application's credential that leaked. */
  token: TokenFacts | null;
  /** `kid` or id of the registered key that leaked; undefined where nobody knows which one did. */
  leakedKey?: string | undefined;
  /** Undefined when it is gone, or was not read yet. */
  client: LeakedClient | undefined;
  /** Which of Curfew's own logins it is; null for every other application. */
  own: OwnLogin | null;
}

/** What a leak is, and what can be done about it. */
export interface Classification extends LeakAdvice {
  kind: LeakKind;
  /** What Curfew does so that nothing new is given out; empty where Auth0 offers nothing, or Curfew would lock itself out. */
  levers: readonly Lever[];
  /** Why there is none whatever leaked; absent where the application may be touched. */
  untouched?: Untouched;
  /** That the application authenticates with a certificate (mTLS), which is replaced by people; absent where it does not. */
  hasCertificate?: true;
  /** Whether the leak may be called contained at all, once all of that is proven. */
  isContainable: boolean;
  /** What may end tokens early that are out. */
  shortens: readonly Shortening[];
}

/** What closes an application, in this order. */
const CLOSE: readonly Lever[] = ["lock", "contain", "rotate"];
/**
 * Auth0 detaches one key at once when another stays attached. Only the one that leaked: to keep one by a guess, for
 * instance the newest, may keep just that one. Where nobody knows, all of them are replaced by the rotation.
 */
const CLOSE_WITH_KEYS: readonly Lever[] = ["lock", "detach-key", "contain", "rotate"];

const LEVERS_OF: Readonly<Record<Exclude<LeakKind, "curfew-login">, readonly Lever[]>> = {
  "client-secret": CLOSE,
  "registered-key": CLOSE,
  certificate: CLOSE, // once it authenticates in another way, that may be what leaked before
  "machine-token": CLOSE,
  "user-token": [],
  "public-client": [],
  "explorer-token": CLOSE,
  "opaque-token": [],
  "encrypted-token": CLOSE,
};

/** Closed all the same, and never called contained: whoever may use the dashboard can open it; it may be a user's. */
const NEVER_CONTAINED: ReadonlySet<LeakKind> = new Set(["explorer-token", "encrypted-token"]);

const SHORTENS: readonly Shortening[] = ["network-acl", "key-revocation"];

/**
 * Says what leaked. What it is decides what Auth0 lets anybody do; where that is nothing, the leak is never called
 * contained and people are told what they can do.
 *
 * Neither the application's name nor its type, which a thief may have changed, takes a lever away.
 */
export function classify(report: LeakReport): Classification {
  const kind = kindOf(report);
  if (report.own) return ownLogin(report, report.own, kind);
  if (report.client?.isGlobal) return tenantItself(report, kind);
  const levers = leversOf(kind, report);
  return {
    kind,
    levers,
    isContainable: levers.length > 0 && !NEVER_CONTAINED.has(kind),
    shortens: isSignedByTenant(report.token) ? SHORTENS : [],
    meaning: LEAK_ADVICE[kind].meaning,
    ...stepsOf(kind, levers, report),
  };
}

/** What leaked may be the certificate, also where it is a token that is reported. */
function stepsOf(
  kind: Exclude<LeakKind, "curfew-login">,
  levers: readonly Lever[],
  { client, clientId }: LeakReport,
): Pick<Classification, "steps" | "hasCertificate"> {
  const { steps } = LEAK_ADVICE[kind];
  return levers.length > 0 && client && isByCertificate(client)
    ? { hasCertificate: true, steps: [...revokeCertificate(clientId), ...steps] }
    : { steps };
}

function kindOf({ token, client, clientId, leakedKey }: LeakReport): Exclude<LeakKind, "curfew-login"> {
  if (token?.form === "opaque") return "opaque-token";
  // One that gets no token for itself has only its users'.
  if (token?.form === "encrypted") return client && isPublic(client) ? "user-token" : "encrypted-token";
  if (token && !isOfMachine(token, clientId)) return "user-token";
  if (client?.name === EXPLORER) return "explorer-token";
  if (token) return "machine-token";
  if (client && isPublic(client)) return "public-client";
  if (client && isByCertificate(client)) return "certificate";
  // Before anybody has looked, what a person said is all there is.
  const hasKeys = client ? client.attachedKeys !== undefined : leakedKey !== undefined;
  return hasKeys ? "registered-key" : "client-secret";
}

/** Auth0 takes one way to authenticate at a time; where it should name two, the keys are those that can be replaced. */
const isByCertificate = ({ attachedKeys, certificates }: LeakedClient): boolean =>
  attachedKeys === undefined && certificates !== undefined;

/** The application that the dashboard makes for its API Explorer. Source: Auth0 documentation, "Get Management API Access Tokens for Testing". */
const EXPLORER = "API Explorer Application";

/**
 * Whether an application got the token for itself. Auth0's own profile says so twice; in the RFC 9068 profile only the
 * subject does, which by its section 2.2 is the client's identifier.
 */
export const isOfMachine = ({ subject, grantType }: TokenFacts, clientId: string): boolean =>
  subject === `${clientId}@clients` || subject === clientId || grantType === "client-credentials";

/**
 * As the checks judge it: nothing that runs at its users' can keep a secret. But one that may be given tokens for itself
 * is closed like any other: calling it a single-page application would else be a way to keep Curfew off.
 */
export const isPublic = ({ appType, tokenEndpointAuthMethod, grantTypes }: LeakedClient): boolean =>
  grantTypes?.includes("client_credentials") === false &&
  (tokenEndpointAuthMethod === "none" || appType === "spa" || appType === "native");

const leversOf = (
  kind: Exclude<LeakKind, "curfew-login">,
  { client, leakedKey }: Pick<LeakReport, "client" | "leakedKey">,
): readonly Lever[] =>
  kind === "registered-key" && leakedKey !== undefined && (client?.attachedKeys?.length ?? 0) > 1
    ? CLOSE_WITH_KEYS
    : LEVERS_OF[kind];

/** Tokens that an API's secret signs do not end with a key of the tenant's; of opaque ones nobody knows. */
const isSignedByTenant = (token: TokenFacts | null): boolean =>
  token === null || (token.form === "jwt" && token.kid !== null);

const tenantItself = ({ token }: LeakReport, kind: Exclude<LeakKind, "curfew-login">): Classification => ({
  kind,
  levers: [],
  untouched: "tenant-itself",
  isContainable: false,
  // Nothing stops its secret: whoever has that gets the next token, signed with the next key.
  shortens: token === null ? ["network-acl"] : isSignedByTenant(token) ? SHORTENS : [],
  meaning:
    "This is the application that stands for the tenant itself. Auth0 manages it, and everything in the tenant may depend on it: Curfew never touches it. Tokens that are out work until they are over.",
  steps: ["Ask Auth0's support to replace its secret, and say that it leaked."],
});

/** What stands still while one of Curfew's own logins is closed. */
const STANDS_STILL: Readonly<Record<OwnLogin["role"], string>> = {
  auditor: "Audits of this tenant fail until it is restored.",
  rotator: "Rotations in this tenant fail until it is restored.",
  responder: "The spare login acts in its place until it is restored.",
  spareResponder: "Nothing can act against the responder itself until it is restored.",
};

function ownLogin(
  report: LeakReport,
  { role, also = [], hasSpare }: OwnLogin,
  kind: Exclude<LeakKind, "curfew-login">,
): Classification {
  const base = { kind: "curfew-login" } as const;
  if (role === "responder" && !hasSpare) {
    return {
      ...base,
      levers: [],
      untouched: "own-responder",
      isContainable: false,
      shortens: [], // there is no login that could
      meaning: `This is the login with which Curfew acts in emergencies, and no spare is configured: it cannot close the door behind itself, so only people can. Whoever has it can delete grants and rotate signing keys. ${CALL_BACK}`,
      steps: [...closeByHand(report.clientId), STORE_IT_BY_HAND, "Look through the tenant's log for what it did."],
    };
  }
  const roles = [role, ...also];
  // A person never logs in with one of these: whatever the token looks like, the application is what to close.
  const ofKind = leversOf(kind, report);
  const levers = ofKind.length > 0 ? ofKind : CLOSE;
  return {
    ...base,
    shortens: isSignedByTenant(report.token) ? SHORTENS : [],
    levers,
    isContainable: kind !== "opaque-token" && kind !== "user-token",
    meaning: `This is Curfew's own ${roles.map((each) => LOGIN_WORDS[each]).join(" and ")}. ${roles.map((each) => STANDS_STILL[each]).join(" ")} Whoever has its credential gets tokens as Curfew; Curfew stops that. ${CALL_BACK}`,
    ...stepsOf(kind === "certificate" ? kind : "client-secret", levers, report),
  };
}

const STORE_IT_BY_HAND =
  "Store the new credential where curfew.yaml has the responder's: under that name in Secrets Manager, or in that variable.";
