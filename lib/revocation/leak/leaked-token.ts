import { createHash } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";
import type { ProbeParts } from "../../auth0/probe.ts";
import type { TenantAddress } from "../../auth0/tenant-address.ts";
import { readTenantKeys } from "../../auth0/tenant-keys.ts";
import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Secret } from "../../model/secret.ts";
import { judgeSignature, type TokenSignature } from "./token-signature.ts";

/** What is known of a leaked token. Nothing of it opens anything: the token itself is not among it. */
export interface TokenFacts {
  /**
   * `opaque`: only Auth0 can read it. `encrypted`: only the API can that it is for. Of what these say nothing is known
   * but the hash, and maybe the issuer.
   */
  form: "jwt" | "opaque" | "encrypted";
  issuer: string | null;
  subject: string | null;
  /** The application that it was issued to. */
  clientId: string | null;
  audience: readonly string[];
  scopes: readonly string[];
  /** `gty`, as `client-credentials`; absent from tokens of the RFC 9068 profile, and from most of users. */
  grantType: string | null;
  issuedAt: Instant | null;
  notBefore: Instant | null;
  expiresAt: Instant | null;
  jti: string | null;
  kid: string | null;
  /** SHA-256 of the token, in hex: says whether another one is the same. */
  sha256: string;
  signature: TokenSignature;
}

/** More than any server takes in a header; what is longer is no token. */
const LONGEST_TOKEN = 65_536;

/**
 * Says what a leaked token is, where it was leaked to: only these facts go on from here, never the token. They say also
 * for tokens that are over what they were: how it came out is the same question.
 *
 * One of another issuer, and one that the tenant did not sign, is refused. Where it cannot be told (the keys cannot be
 * read, the key is not published any more, a symmetric algorithm, an opaque token) the facts say so. A part of a token
 * says not whose it is, and so not whether closing the application helps.
 *
 * @throws CurfewError `token-refused`; `arguments-invalid` when this is no token at all, or only a part of one
 */
export async function readLeakedToken(
  text: Secret,
  tenant: TenantAddress,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<TokenFacts> {
  const token = bareToken(text);
  const sha256 = createHash("sha256").update(token).digest("hex");
  const header = headerOf(token);
  const claims = claimsOf(token);
  const isEncrypted = header !== undefined && "enc" in header;
  const isPart = claims ? !header : !isEncrypted && (header !== undefined || token.startsWith(OBJECT));
  if (isPart) throw cutOff();
  // An encrypted token of Auth0's names its issuer in its header; other opaque ones say nothing.
  const issuer = textOf(claims ? claims.iss : header?.iss);
  if (issuer === null ? claims !== undefined : issuer !== `https://${tenant.domain}/`) {
    throw wrongIssuer(issuer, tenant.domain);
  }
  if (isEncrypted) return { ...NOTHING, form: "encrypted", issuer, sha256, signature: ENCRYPTED };
  if (!header || !claims) return { ...NOTHING, form: "opaque", issuer, sha256, signature: OPAQUE };
  const signature = await judgeSignature(token, header, () => readTenantKeys(tenant, parts, signal));
  return { ...factsOf(claims), issuer, kid: textOf(header.kid), sha256, signature };
}

/**
 * Which application an incident is about. A token that could not be checked may be anybody's invention, so it alone
 * never says whom to lock out.
 *
 * @param named what a person gave as `--client`
 * @throws CurfewError `arguments-invalid` when nobody can tell, or token and person do not agree
 */
export function leakedClient({ clientId, signature }: TokenFacts, named: string | undefined): string {
  if (named !== undefined && clientId !== null && named !== clientId) {
    throw new CurfewError(
      "arguments-invalid",
      "The token was issued to another application than the one named by --client; leave one of the two out.",
    );
  }
  const client = named ?? (signature.status === "verified" ? clientId : null);
  if (client !== null) return client;
  const why = signature.status === "verified" ? "it does not name its application" : signature.why;
  throw new CurfewError(
    "arguments-invalid",
    `The token alone starts nothing (${why}); name its application by --client.`,
  );
}

/**
 * As it is in a header, in a file or in an answer of the token endpoint: with `Bearer` before it, in quotes, or as the
 * `access_token` of a JSON object. Of the wrong bytes neither the kind nor the hash would be the token's.
 */
function bareToken(text: Secret): string {
  const token = unwrapped(text.reveal().trim()).replace(/^bearer\s+/i, "");
  if (token.length <= LONGEST_TOKEN && BEARER_TOKEN.test(token)) return token;
  const why = isFolded(token) ? "This token has line breaks in it; give it in one line." : NO_TOKEN;
  throw new CurfewError("arguments-invalid", why);
}

const NO_TOKEN = "This is not a token; give one token and nothing else.";

/** As a mail or a terminal breaks it. Which of the breaks belong there nobody can know: two tokens look the same. */
const isFolded = (text: string): boolean => /[\r\n]/.test(text) && BEARER_TOKEN.test(text.replace(/\s+/g, ""));

/** `b64token`. Source: RFC 6750, section 2.1. */
const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

function unwrapped(text: string): string {
  const value = jsonOf(text);
  if (typeof value === "string") return value;
  return textOf((value as { access_token?: unknown } | null | undefined)?.access_token) ?? text;
}

/** The cause is not kept: it may quote the token. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the token itself
  }
}

type Header = ReturnType<typeof decodeProtectedHeader>;

/** The causes of both are not kept: they may quote the token. */
function headerOf(token: string): Header | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined; // opaque
  }
}

function claimsOf(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined; // opaque, encrypted or cut off
  }
}

/** How the header of a JSON Web Token begins: `{"`, in base64url. */
const OBJECT = "eyJ";

const cutOff = (): CurfewError =>
  new CurfewError(
    "arguments-invalid",
    "This token is cut off: give the whole one, or leave out --token-file and name the application by --client, which is then closed.",
  );

const OPAQUE: TokenSignature = { status: "unverifiable", why: "only Auth0 can read it" };
const ENCRYPTED: TokenSignature = {
  status: "unverifiable",
  why: "it is encrypted, and only the API that it is for can read it",
};

const NOTHING: Omit<TokenFacts, "form" | "issuer" | "sha256" | "signature"> = {
  subject: null,
  clientId: null,
  audience: [],
  scopes: [],
  grantType: null,
  issuedAt: null,
  notBefore: null,
  expiresAt: null,
  jti: null,
  kid: null,
};

/** The claims of both of Auth0's profiles. Source: Auth0 documentation, "Access Token Profiles". */
function factsOf(claims: JWTPayload) {
  const subject = textOf(claims.sub);
  return {
    form: "jwt" as const,
    subject,
    clientId: textOf(claims.azp) ?? textOf(claims.client_id) ?? machineIn(subject),
    audience: textsOf(claims.aud),
    scopes: textsOf(claims.scope).flatMap((scopes) => scopes.split(" ").filter(Boolean)),
    grantType: textsOf(claims.gty).join(" ") || null,
    issuedAt: instantOf(claims.iat),
    notBefore: instantOf(claims.nbf),
    expiresAt: instantOf(claims.exp),
    jti: textOf(claims.jti),
  };
}

const MACHINE = "@clients";

/** The application in `<client id>@clients`. Ids of users have a bar in them, whatever else they end with. */
const machineIn = (subject: string | null): string | null =>
  subject?.endsWith(MACHINE) && !subject.includes("|") ? subject.slice(0, -MACHINE.length) || null : null;

const textOf = (claim: unknown): string | null => (typeof claim === "string" && claim !== "" ? claim : null);

const textsOf = (claim: unknown): string[] => [claim].flat().flatMap((value) => textOf(value) ?? []);

/** As far as a date can be written: the year 275760. Seconds since the Unix epoch. */
const LAST_SECOND = 8_640_000_000_000;

const instantOf = (claim: unknown): Instant | null =>
  typeof claim === "number" && Math.abs(claim) <= LAST_SECOND ? claim * 1000 : null;

/** What an issuer of Auth0's looks like; nothing else that a token says is repeated. */
const ISSUER = /^https:\/\/[a-z0-9.-]{1,253}\/$/;

function wrongIssuer(issuer: string | null, domain: string): CurfewError {
  const found = issuer !== null && ISSUER.test(issuer) ? issuer : "somebody else";
  return new CurfewError(
    "token-refused",
    `The token was issued by ${found}, not by https://${domain}/; if that is this tenant's custom domain, start with --client.`,
    { detail: "wrong issuer" },
  );
}
