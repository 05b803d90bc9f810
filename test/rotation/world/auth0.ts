import type { Login } from "../../../lib/auth0/login.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import type { CredentialKind } from "../../../lib/rotation/ledger/target.ts";
import type { RegisteredKey, RotatedClient } from "../../../lib/rotation/ports.ts";
import type { EventClock } from "../../support/world/event-clock.ts";
import { kidOf } from "./payload.ts";

/** How a change spreads. Auth0's documentation: for up to 30 s the old or the new secret may be accepted. */
export const PROPAGATIONS = ["at once", "old until the end", "both", "flapping"] as const;
export type Propagation = (typeof PROPAGATIONS)[number];

/** Milliseconds that a change takes to be everywhere. */
export const WINDOW = 30_000;

/** What a client authenticates with, from one change to the next. */
interface Snapshot {
  since: number;
  by: "curfew" | "hand" | "first";
  secret: string | undefined;
  attached: readonly string[] | undefined;
}

interface WorldKey extends RegisteredKey {
  pem: string;
  by: Snapshot["by"];
}

/** One application of a tenant, with a secret or with registered keys. */
export interface WorldClient {
  readonly clientId: string;
  /** What the tenant lets in somewhere right now, newest first, each with who set it. */
  live(): readonly Snapshot[];
  readonly registered: readonly WorldKey[];
  readonly attached: readonly string[] | undefined;
  /** When a person last set a secret, or took or gave keys. */
  readonly handAt: number | undefined;
  /** Whether any server of the tenant would accept it right now. */
  mayAccept(login: Login): boolean;
  /** What one server of the tenant says of a credential. */
  accepts(login: Login): boolean;
  describe(): RotatedClient | undefined;
  setSecret(secret: string, by: "curfew" | "hand"): void;
  register(key: { kid: string; pem: string; name: string }, by: Snapshot["by"]): RegisteredKey;
  attach(ids: readonly string[], by: "curfew" | "hand"): void;
  deleteKey(id: string): void;
  /** Fields that a person changes; `isGone` deletes the application. */
  settings: Partial<RotatedClient> & { isGone?: boolean };
}

export interface ClientOptions {
  clock: EventClock;
  random: () => number;
  kind: CredentialKind;
  clientId: string;
  propagation: Propagation;
  secret?: string;
  key?: { kid: string; pem: string };
}

/** Auth0 keeps two keys a client at most. Source: Auth0 documentation, "Private Key JWT". */
const PLACES = 2;

export function worldClient({ clock, random, kind, clientId, propagation, secret, key }: ClientOptions): WorldClient {
  const registered: WorldKey[] = [];
  let ids = 0;
  let handAt: number | undefined;
  const isKey = kind === "private-key";
  const settings: WorldClient["settings"] = {};

  const register: WorldClient["register"] = ({ kid, pem, name }, by) => {
    if (registered.length >= PLACES) throw refused("too many keys");
    if (registered.some((known) => known.kid === kid)) throw refused("a key of that kid is registered");
    ids += 1;
    const added = { id: `cred_${ids}`, kid, name, pem, by };
    registered.push(added);
    return { id: added.id, kid, name };
  };
  const first: Snapshot = { since: Number.NEGATIVE_INFINITY, by: "first", secret, attached: undefined };
  if (key) {
    const { id } = register({ ...key, name: "first" }, "first");
    first.attached = [id];
  }
  const history: Snapshot[] = [first];
  const latest = (): Snapshot => history.at(-1) as Snapshot;
  /** Newest first: a snapshot ends one window after the next one began. */
  const live = (): readonly Snapshot[] => {
    const window = propagation === "at once" ? 0 : WINDOW;
    const visible = history.filter((_, index) => {
      const next = history[index + 1];
      return next === undefined || clock.now() < next.since + window;
    });
    history.splice(0, history.length - visible.length);
    return visible.reverse();
  };
  const change = (by: "curfew" | "hand", changed: Partial<Snapshot>): void => {
    if (by === "hand") handAt = clock.now();
    history.push({ ...latest(), ...changed, since: clock.now(), by });
  };
  const exists = (): void => {
    if (settings.isGone) throw new CurfewError("not-found", "There is no such application.");
  };
  const lets = (snapshot: Snapshot, login: Login): boolean => {
    if (login.method === "client-secret") return !isKey && snapshot.secret === login.secret.reveal();
    const kid = kidOf(login.privateKeyJwk.reveal());
    return registered.some((known) => known.kid === kid && snapshot.attached?.includes(known.id));
  };

  return {
    clientId,
    live,
    registered,
    get attached() {
      return latest().attached;
    },
    get handAt() {
      return handAt;
    },
    settings,
    mayAccept(login) {
      if (settings.isGone || login.clientId !== clientId) return false;
      const visible = live();
      const known = propagation === "old until the end" ? visible.slice(-1) : visible;
      return known.some((snapshot) => lets(snapshot, login));
    },
    accepts(login) {
      if (propagation !== "flapping") return this.mayAccept(login);
      if (settings.isGone || login.clientId !== clientId) return false;
      const visible = live();
      return lets(visible[Math.floor(random() * visible.length)] as Snapshot, login);
    },
    describe() {
      if (settings.isGone) return undefined;
      const attachedKeys = latest().attached;
      const { isGone: _gone, ...changed } = settings;
      return {
        clientId,
        isGlobal: false,
        tokenEndpointAuthMethod: isKey ? undefined : "client_secret_post",
        appType: "non_interactive",
        grantTypes: ["client_credentials"],
        idTokenAlgorithm: "RS256",
        attachedKeys,
        usesMtls: false,
        referencedKeys: attachedKeys ?? [],
        ...changed,
      };
    },
    setSecret(value, by) {
      exists();
      if (latest().secret !== value) change(by, { secret: value }); // the same again changes nothing
    },
    register(added, by) {
      exists();
      if (by === "hand") handAt = clock.now();
      return register(added, by);
    },
    attach(wanted, by) {
      exists();
      if (wanted.some((id) => !registered.some((known) => known.id === id))) throw refused("no such key");
      change(by, { attached: [...wanted] });
    },
    deleteKey(id) {
      exists();
      const index = registered.findIndex((known) => known.id === id);
      if (index < 0) return;
      if (latest().attached?.includes(id)) throw refused("the key is attached");
      registered.splice(index, 1);
    },
  };
}

const refused = (why: string): CurfewError =>
  new CurfewError("request-refused", "Auth0 refused the request.", { detail: why });
