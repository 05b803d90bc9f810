import * as z from "zod";
import { looksLikeSecret } from "../../model/looks-like-secret.ts";
import type { TokenFacts } from "../leak/leaked-token.ts";
import { writtenId } from "./written-id.ts";

const moment = z.number().int();
const orNull = <T extends z.ZodType>(shape: T) => z.union([shape, z.null()]);
const text = z.string().max(2_000);

/** As the person's machine has read it: the token itself stays there, and a field too many is refused. */
const tokenShape = z.strictObject({
  form: z.enum(["jwt", "opaque", "encrypted"]),
  issuer: orNull(text),
  subject: orNull(text),
  clientId: orNull(text),
  audience: z.array(text).max(100).readonly(),
  scopes: z.array(text).max(1_000).readonly(),
  grantType: orNull(text),
  issuedAt: orNull(moment),
  notBefore: orNull(moment),
  expiresAt: orNull(moment),
  jti: orNull(text),
  kid: orNull(text),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.union([
    z.strictObject({ status: z.literal("verified") }),
    z.strictObject({ status: z.literal("unverifiable"), why: text }),
  ]),
}) satisfies z.ZodType<TokenFacts>;

/** Of what people write, in characters. */
export const LONGEST = { clientId: 200, leakedKey: 2_000, reason: 2_000 } as const;

/** What to say where a reason holds what leaked: it goes to people, and into evidence that nobody can remove. */
export const NO_SECRET_IN_REASON = "holds what looks like a secret or a token; say why in words, without it";

const reason = z
  .string()
  .min(1)
  .max(LONGEST.reason)
  .refine((written) => !looksLikeSecret(written), NO_SECRET_IN_REASON);

/** `POST /incidents`: what a person starts an incident with. Moments are milliseconds since the epoch. */
export const startShape = z.strictObject({
  tenant: z.string().min(1).max(40),
  clientId: writtenId.min(1).max(LONGEST.clientId),
  reason,
  name: z.string().optional(),
  leakedSince: orNull(moment).default(null),
  leakedKey: writtenId.max(LONGEST.leakedKey).optional(),
  drill: z.boolean().default(false),
  token: orNull(tokenShape).default(null),
});
export type StartRequest = z.input<typeof startShape>;

/** `POST /incidents/{id}/{step}/approve`, `…/reject`: bound to exactly the plan that was shown. */
export const decisionShape = z.strictObject({ planHash: z.string().regex(/^[0-9a-f]{64}$/) });

/** `POST /incidents/{id}/close`: why nothing more is to be done. */
export const closeShape = z.strictObject({ reason });

const trialShape = z.strictObject({ came: z.enum(["nothing", "issued", "refused", "unknown"]), detail: orNull(text) });

/** `POST /incidents/{id}/trial`: that a person's machine begins to try what leaked, and then what came of it. */
export const reportShape = z.union([
  z.strictObject({ begins: z.int().positive().max(1_000), run: z.uuid() }),
  z.strictObject({ said: z.enum(["accepted", "refused", "unknown"]), run: z.uuid(), trial: orNull(trialShape) }),
]);
export type TrialReport = z.input<typeof reportShape>;

/** `POST /incidents/{id}/refresh-tokens-revoked`: since when they are gone. */
export const revokedShape = z.strictObject({ at: moment });

/** What the desk is asked for. */
export type DeskRoute =
  | { order: "start" }
  | { order: "close"; incident: string }
  | { order: "trial" | "refresh-tokens-revoked"; incident: string }
  | { order: "decide"; incident: string; step: "key-revocation" | "restore"; decision: "approve" | "reject" };

const DECISION = /^\/incidents\/([a-z0-9-]{1,80})\/(key-revocation|restore)\/(approve|reject)\/?$/;

const CLOSE = /^\/incidents\/([a-z0-9-]{1,80})\/close\/?$/;

const REPORT = /^\/incidents\/([a-z0-9-]{1,80})\/(trial|refresh-tokens-revoked)\/?$/;

/** Undefined for anything else. */
export function deskRoute(method: string, path: string): DeskRoute | undefined {
  if (method !== "POST") return undefined;
  if (/^\/incidents\/?$/.test(path)) return { order: "start" };
  const [, ended] = CLOSE.exec(path) ?? [];
  if (ended !== undefined) return { order: "close", incident: ended };
  const [, about, report] = REPORT.exec(path) ?? [];
  if (about !== undefined) return { order: report, incident: about } as DeskRoute;
  const [, incident, step, decision] = DECISION.exec(path) ?? [];
  return incident === undefined ? undefined : ({ order: "decide", incident, step, decision } as DeskRoute);
}
