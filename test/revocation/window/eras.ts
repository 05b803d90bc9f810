import { type LifetimeRecord, readLifetimes, recordLifetimes } from "../../../lib/history/lifetimes.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import type { ApiReading } from "../../../lib/revocation/window/api-looks.ts";
import { exposureWindow, type WindowQuestion } from "../../../lib/revocation/window/window.ts";
import { aManagementApi, aResourceServer, DOMAIN } from "../../support/inventory.ts";
import { memoryTable } from "../../support/memory-table.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const STOP = Date.UTC(2026, 10, 23, 3);
export const ORDERS = "https://orders.acme.example";

/** What an API is set to; null while it is not there. Seconds. */
export type Settings = { lifetime: number; forWeb: number | null } | null;

/** From a moment on, until the next one. */
export interface Era {
  from: number;
  settings: Settings;
  /** Whether the application has a grant for the API; absent where that makes no difference. */
  isGranted?: boolean;
}

const serverOf = (settings: Settings) =>
  settings ? [aResourceServer({ token_lifetime: settings.lifetime, token_lifetime_for_web: settings.forWeb })] : [];

/** The Management API is always there: its record shows when audits looked. */
const apisOf = (settings: Settings) => [aManagementApi({ token_lifetime: 60 }), ...serverOf(settings)];

const settingsAt = (eras: readonly Era[], instant: number): Settings =>
  eras.findLast(({ from }) => from <= instant)?.settings ?? null;

/** An audit: when Auth0 told it the settings, and from when to when it ran. */
export interface Audit {
  at: number;
  from: number;
  to: number;
}

export async function audited(eras: readonly Era[], audits: readonly (number | Audit)[]): Promise<LifetimeRecord[]> {
  const table = memoryTable();
  for (const audit of audits) {
    const { at, from, to } = typeof audit === "number" ? { at: audit, from: audit, to: audit } : audit;
    await recordLifetimes(table, "acme", apisOf(settingsAt(eras, at)), to, from);
  }
  return readLifetimes(table, "acme");
}

export const reading = (eras: readonly Era[], at: number): ApiReading => ({ at, apis: apisOf(settingsAt(eras, at)) });

/**
 * Until when the last token that was issued before `stop` is accepted by one who goes by the right time. An application
 * that logs users in needs no grant.
 */
export function lastAccepted(eras: readonly Era[], stop: number, isForWeb: boolean): number {
  const ends = eras.flatMap(({ from, settings, isGranted = true }, index) => {
    const until = Math.min(eras[index + 1]?.from ?? stop, stop);
    if (!settings || from >= until || !(isGranted || isForWeb)) return [];
    const lifetime = isForWeb ? Math.max(settings.lifetime, settings.forWeb ?? 0) : settings.lifetime;
    return [until + lifetime * 1000];
  });
  return Math.max(stop, ...ends);
}

export const question = (changes: Partial<WindowQuestion>): WindowQuestion => ({
  domain: DOMAIN,
  now: STOP,
  reportedAt: STOP - HOUR,
  token: null,
  reach: { audiences: [ORDERS], users: false },
  lifetimesAreChosen: false,
  stoppedAt: STOP,
  refreshTokensRevokedAt: null,
  records: [],
  readings: [],
  ...changes,
});
/** When it closes; fails where it does not. */
export function closing(asked: WindowQuestion): number {
  const window = exposureWindow(asked);
  if (window.state === "closes") return window.at;
  throw new Error(window.because.join(" "));
}

export const aToken = (changes: Partial<TokenFacts>): TokenFacts => ({
  form: "jwt",
  issuer: `https://${DOMAIN}/`,
  subject: "job@clients",
  clientId: "job",
  audience: [ORDERS],
  scopes: [],
  grantType: "client-credentials",
  issuedAt: STOP - HOUR,
  notBefore: null,
  expiresAt: STOP + HOUR,
  jti: null,
  kid: "key",
  sha256: "0".repeat(64),
  signature: { status: "verified" },
  ...changes,
});
