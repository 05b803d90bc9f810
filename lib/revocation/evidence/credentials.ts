import type { Instant } from "../../history/history.ts";
import { addedBetween, named, referencesOf, saysHow } from "../contain/added.ts";
import type { PreservedKeys } from "../contain/look.ts";
import type { Incident } from "../incident/incident.ts";
import { isPublic } from "../leak/classify.ts";
import type { RevokedClient } from "../ports.ts";
import type { Reach } from "../window/reach.ts";
import { momentOf } from "../window/window-text.ts";
import type { CredentialState } from "./bundle.ts";
import type { OldCredential, SeenOfOld } from "./old-credential.ts";
import type { PresentClient } from "./present-client.ts";

/** What is known of the application's credentials. */
export interface CredentialQuestion {
  incident: Pick<Incident, "steps" | "token" | "window" | "added">;
  /** As it was before anything was taken away; undefined where that was not kept. */
  client: RevokedClient | undefined;
  keys: PreservedKeys | undefined;
  present: PresentClient;
  /** Ids of the keys that Curfew registered: they replace what leaked. */
  own: readonly string[];
  old: OldCredential;
  /** Whether users may have logged in through it: the same by which the window stays open. */
  users: Reach["users"];
  refreshTokensRevokedAt: Instant | null;
  /** When one was seen to get a token although they are said to be revoked; null where none was. */
  refreshedAt: Instant | null;
  now: Instant;
}

/** What became of each credential that anybody knows of: of the secret, of each key, of every sort of token. */
export const credentialStates = (question: CredentialQuestion): CredentialState[] => [
  ...secretState(question),
  ...keyStates(question),
  ...addedStates(question),
  ...leakedToken(question),
  issuedTokens(question),
  ...refreshTokens(question),
];

const SEEN: Readonly<Record<SeenOfOld, string>> = {
  refused: "The old one was accepted before, and is refused now.",
  accepted: "Auth0 still accepts it.",
  "not seen": "Nobody has seen that Auth0 refuses the old one.",
};

const NO_SECRET = new Set(["none", "private_key_jwt"]);

/** Auth0 reports no method of many applications that run at their users' (recordings): these have no secret either. */
const hasNoSecret = (client: RevokedClient): boolean =>
  client.attachedKeys !== undefined ||
  client.certificates !== undefined ||
  NO_SECRET.has(client.tokenEndpointAuthMethod ?? "") ||
  (client.tokenEndpointAuthMethod === undefined && isPublic(client));

function secretState({ incident: { steps }, client, present, old }: CredentialQuestion): CredentialState[] {
  const seen = present.status === "read" ? present.client : undefined;
  // Where the first look did not say how it authenticates, it may have been made to use its secret since.
  if (client && hasNoSecret(client) && (saysHow(client) || !seen || hasNoSecret(seen))) return [];
  const what = "client secret";
  if (present.status === "read" && !present.client)
    return [{ what, state: "dead", detail: "The application is gone." }];
  const { rotate, prove } = steps;
  const isReplaced = rotate?.outcome === "done";
  const detail = [rotate?.message ?? "It was not replaced.", isReplaced ? prove?.message : undefined];
  const state = { refused: "dead", accepted: "alive", "not seen": isReplaced ? "unknown" : "alive" } as const;
  return [
    {
      what,
      state: state[old.seen],
      detail: [...detail, old.tried || SEEN[old.seen]].filter((line) => line !== undefined).join(" "),
    },
  ];
}

function keyStates({ keys, present, client }: CredentialQuestion): CredentialState[] {
  if (!keys) {
    if (client?.attachedKeys === undefined && client?.certificates === undefined) return [];
    const what = client.certificates ? "certificates" : "registered keys";
    return [{ what, state: "unknown", detail: "Which ones there were was not kept." }];
  }
  const seen = present.status === "read" ? present.client : undefined;
  return keys.keys.map(({ id, kid, name }) => {
    const isCertificate = [client, seen].some((one) => one?.certificates?.includes(id));
    const kind = isCertificate ? "certificate" : "registered key";
    const what = `${kind} ${kid ?? id}${name === undefined ? "" : ` (${name})`}`;
    if (present.status === "unread") return { what, state: "unknown", detail: present.why };
    if (!present.keys.some((key) => key.id === id))
      return { what, state: "dead", detail: "It is not registered any more." };
    return { what, ...registeredState(id, seen) };
  });
}

/** What is registered opens a door where it is attached. */
function registeredState(id: string, client: RevokedClient | undefined): Pick<CredentialState, "state" | "detail"> {
  if (!client || !saysHow(client))
    return { state: "unknown", detail: "It is registered, and Auth0 does not say how the application authenticates." };
  return referencesOf(client).some((attached) => attached.id === id)
    ? { state: "alive", detail: "The application authenticates with it." }
    : { state: "dead", detail: "It is registered, but the application does not authenticate with it." };
}

/**
 * What somebody gave the application to authenticate with since the first look: what watching saw, and what came after
 * it. Where no first look is kept, nobody can say what is new.
 */
function addedStates({ incident, client, keys, present, own }: CredentialQuestion): CredentialState[] {
  const seen = present.status === "read" ? present.client : undefined;
  const isSaid = !seen || saysHow(seen);
  const now = seen && client && isSaid && saysHow(client) ? addedBetween(client, seen) : [];
  const fresh = now.filter(({ id }) => !own.includes(id));
  const registered = present.status === "read" ? present.keys : [];
  const all = new Map(
    [...fresh.map((one) => named(one, registered)), ...(incident.added ?? [])]
      .filter(({ id }) => keys?.keys.every((key) => key.id !== id) ?? true)
      .map((one) => [one.id, one]),
  );
  const known = [...own, ...all.keys(), ...(keys?.keys ?? []).map(({ id }) => id)];
  const idle = keys ? registered.filter(({ id }) => !known.includes(id)) : [];
  return [
    ...[...all.values()].map(({ id, what }): CredentialState => {
      if (present.status === "unread") return { what, state: "unknown", detail: `${ADDED} ${present.why}` };
      if (!isSaid) return { what, state: "unknown", detail: `${ADDED} Auth0 does not say how it authenticates now.` };
      return fresh.some((one) => one.id === id)
        ? { what, state: "alive", detail: `${ADDED} Whoever has it can log in as the application.` }
        : { what, state: "dead", detail: `${ADDED} It is gone again.` };
    }),
    ...idle.map(({ id }): CredentialState => {
      const { what } = named({ id, what: `the registered key ${id}` }, registered);
      const { state, detail } = registeredState(id, seen);
      return { what, state, detail: `${ADDED} ${detail}` };
    }),
  ];
}

const ADDED = "It was added since the first look, and not by Curfew.";

function leakedToken({ incident: { token, window }, now }: CredentialQuestion): CredentialState[] {
  if (!token) return [];
  const what = "the token that leaked";
  const until = window?.tokenUntil ?? token.expiresAt;
  // What nobody has checked may claim any end; the window takes the longest life for such a one.
  const isClaim = !window && token.signature.status !== "verified";
  if (token.form === "opaque" || until === null || isClaim)
    return [{ what, state: "unknown", detail: "Nobody can read until when it works." }];
  return [ended(what, "It", until, now)];
}

function issuedTokens({ incident: { window }, now }: CredentialQuestion): CredentialState {
  const what = "access tokens that may be out";
  if (window?.state !== "closes") return { what, state: "unknown", detail: "The window is open." };
  return ended(what, "The last one", window.at, now);
}

const ended = (what: string, which: string, at: Instant, now: Instant): CredentialState =>
  at <= now
    ? { what, state: "dead", detail: `${which} was over at ${momentOf(at)}.` }
    : { what, state: "alive", detail: `${which} is over at ${momentOf(at)}.` };

function refreshTokens({ users, refreshTokensRevokedAt, refreshedAt }: CredentialQuestion): CredentialState[] {
  if (!users) return [];
  const what = "refresh tokens of its users";
  if (refreshedAt !== null) {
    const detail = `They are said to be revoked, and one from before got a token at ${momentOf(refreshedAt)}.`;
    return [{ what, state: "alive", detail }];
  }
  return refreshTokensRevokedAt === null
    ? [{ what, state: "unknown", detail: "Nobody has said that they are revoked, and Auth0 does not tell." }]
    : [
        {
          what,
          state: "dead",
          detail: `A person says that they are revoked since ${momentOf(refreshTokensRevokedAt)}.`,
        },
      ];
}
