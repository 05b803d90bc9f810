import type { Login } from "../../../lib/auth0/login.ts";
import type { Calibration, ProbeAnswer } from "../../../lib/auth0/probe.ts";
import { CurfewError, type ErrorCode } from "../../../lib/model/curfew-error.ts";
import type { RotationTenant, RotationVault } from "../../../lib/rotation/ports.ts";
import type { Process } from "../../support/world/process.ts";
import type { Wire } from "../../support/world/wire.ts";
import { failedAs } from "../../support/world/wired-store.ts";
import type { WorldClient } from "./auth0.ts";
import type { Guard } from "./guard.ts";
import type { WorldVault } from "./vault.ts";

const vaultFailed = failedAs("vault-failed", "Secrets Manager");
const tenantFailed = (code: ErrorCode): CurfewError => new CurfewError(code, "Auth0 failed.", { retryable: true });

export function vaultPort(vault: WorldVault, guard: Guard, wire: Wire, process: Process): RotationVault {
  const call = <T>(name: string, effect: () => T): Promise<T> =>
    wire.call(process, { name: `vault.${name}`, effect, failed: vaultFailed });
  const move = (name: string, effect: () => void): Promise<void> => {
    const sentAt = process.clock.now();
    return call(name, () => guard.labels.moving(name, effect, process, sentAt));
  };
  return {
    describe: (secret) =>
      call("describe", () => {
        guard.labels.looked(process);
        return vault.describe(secret);
      }),
    read: (arn, version) => call("read", () => vault.readVersion(arn, version)),
    storePending: (arn, id, value) => call("storePending", () => vault.storePending(arn, id, value)),
    promote: (arn, to, from) =>
      move("promote", () => {
        guard.beforePromotion(to);
        vault.promote(arn, to, from);
      }),
    dropPending: (arn, version) => move("dropPending", () => vault.dropPending(arn, version)),
    dropPrevious: (arn, version) => move("dropPrevious", () => vault.dropPrevious(arn, version)),
  };
}

export function tenantPort(client: WorldClient, guard: Guard, wire: Wire, process: Process): RotationTenant {
  const call = <T>(name: string, effect: (isLate: boolean, sentAt: number) => T): Promise<T> => {
    const sentAt = process.clock.now();
    return wire.call(process, {
      name: `tenant.${name}`,
      effect: () => effect(!process.isAlive(), sentAt),
      failed: tenantFailed,
    });
  };
  const ask = (name: string, effect: () => ProbeAnswer): Promise<ProbeAnswer> =>
    wire.call(process, {
      name: `tenant.${name}`,
      effect,
      failed: tenantFailed,
      instead: (detail) => ({ answer: "unknown", detail }),
    });
  const answerTo = (login: Login): ProbeAnswer => {
    const isAccepted = client.accepts(login);
    guard.afterAnswer(login, isAccepted, process);
    return { answer: isAccepted ? "accepted" : "refused" };
  };
  return {
    client: () => call("client", () => client.describe()),
    missingScopes: async () => [], // says the token, without a request of its own
    calibrate: () =>
      wire.call<Calibration>(process, {
        name: "tenant.calibrate",
        effect: () => ({ endpoint: "revoke" }),
        failed: tenantFailed,
        instead: (detail) => ({ endpoint: null, reason: "no-answer", detail }),
      }),
    probe: (login) => ask("probe", () => answerTo(login)),
    obtainToken: (login) => ask("obtainToken", () => answerTo(login)),
    setSecret: (secret) =>
      call("setSecret", (isLate) => {
        guard.beforeSetting(secret.reveal(), process, isLate);
        client.setSecret(secret.reveal(), "curfew");
      }),
    keys: () =>
      call("keys", () => {
        if (client.settings.isGone) throw new CurfewError("not-found", "There is no such application.");
        return client.registered.map(({ id, kid, name }) => ({ id, kid, name }));
      }),
    registerKey: ({ kid, publicKeyPem, name }) =>
      call("registerKey", (isLate, sentAt) => {
        guard.beforeRegistering({ kid, pem: publicKeyPem, isLate, sentAt });
        return client.register({ kid, pem: publicKeyPem, name }, "curfew");
      }),
    attachKeys: (ids) =>
      call("attachKeys", () => {
        guard.beforeAttaching(ids);
        client.attach(ids, "curfew");
      }),
    deleteKey: (id) =>
      call("deleteKey", () => {
        guard.beforeDeleting(id);
        client.deleteKey(id);
      }),
  };
}
