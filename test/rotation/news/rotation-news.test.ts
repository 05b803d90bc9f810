import { expect, it } from "vitest";
import type { CredentialRecord } from "../../../lib/history/credential-record.ts";
import { openSqliteTable } from "../../../lib/local/sqlite-table.ts";
import type { ConfiguredCredential } from "../../../lib/rotation/credentials/configured-credentials.ts";
import { rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import { rotationNews } from "../../../lib/rotation/news/rotation-news.ts";
import { tenantPartition } from "../../../lib/store/table.ts";
import { NOW, rotation } from "../../support/rotations.ts";
import { RULES, RUN } from "../../support/run-records.ts";

const configured = (clientId: string): ConfiguredCredential => ({
  tenant: "a",
  clientId,
  kind: "client-secret",
  secret: `apps/${clientId}`,
  rotate: "auto",
  maxAge: 90 * 86_400,
  hasRotator: true,
});

it("a credential whose secret the probe did not find is told of before it is due, and until it is there", async () => {
  using table = openSqliteTable(":memory:");
  const probe = { answer: "unknown", at: NOW, reason: "fetch-failed", detail: "It could not be read." } as const;
  const remember = async (clientId: string, record: Pick<CredentialRecord, "probe">, ifVersion: number) => {
    const key = { partition: tenantPartition("a"), sort: `CREDENTIAL#${clientId}` };
    expect(await table.put(key, { clientId, seen: { first: NOW }, ...record }, { ifVersion })).toBe(true);
  };
  const credentials = ["gone", "unreadable", "new"].map(configured);
  const itemsOfDigest = async () => {
    const news = await rotationNews({ run: RUN, credentials, now: NOW }, RULES, table);
    return news.digest(NOW - 86_400_000).items;
  };
  await remember("gone", { probe: { ...probe, isMissing: true } }, 0);
  await remember("unreadable", { probe }, 0);

  expect(await itemsOfDigest()).toEqual([
    "cannot be rotated  a: gone: the secret apps/gone does not exist, or holds no value",
  ]);
  await remember("gone", { probe: { ...probe, answer: "accepted" } }, 1);
  expect(await itemsOfDigest()).toEqual([]);
});

it("what was begun of a credential that is not configured any more is told of, also where its tenant has none", async () => {
  using table = openSqliteTable(":memory:");
  const from = NOW - 86_400_000;
  const care = { current: "v2", old: "v1", recordedAt: from, promotedAt: from, from, lastWriteAt: from, answers: [] };
  for (const [tenant, clientId] of [
    ["a", "left"],
    ["b", "alone"],
  ] as const) {
    await table.put(rotationKey(tenant, clientId), rotation({ clientId, aftercare: [care] }));
  }
  const underWay = { version: "v2", startedAt: from, setAt: from };
  await table.put(rotationKey("a", "told"), rotation({ clientId: "told", underWay }));
  await table.put(rotationKey("a", "kept"), rotation({ clientId: "kept", underWay }));
  const credentials = [configured("kept")];

  const { alerts, digest } = await rotationNews(
    { run: RUN, credentials, now: NOW },
    { ...RULES, tenants: ["a", "b"] },
    table,
  );

  expect(alerts.map(({ title }) => title).sort()).toEqual([
    "a: nobody finishes the rotation of told",
    "a: the old credential of left is not proven dead",
    "b: the old credential of alone is not proven dead",
  ]);
  expect(digest(NOW).items).toEqual([
    "not dead  a: left: the old one is not proven dead, overdue since 2026-11-24 06:05 UTC",
    "not dead  b: alone: the old one is not proven dead, overdue since 2026-11-24 06:05 UTC",
    "left unfinished  a: told: Auth0 may know the new one, and nobody has finished it",
  ]);
});

it("what was left in a tenant that is not configured any more is told of until it is finished, and then forgotten", async () => {
  using table = openSqliteTable(":memory:");
  const news = (tenants: string[]) =>
    rotationNews({ run: RUN, credentials: [], now: NOW }, { ...RULES, tenants }, table);
  const told = async (tenants: string[]) => (await news(tenants)).alerts.map(({ title }) => title);
  const from = NOW - 86_400_000;
  const held = { since: NOW, refusal: null, message: "Auth0 did not answer." };
  await news(["a", "gone"]);
  const underWay = { version: "v2", startedAt: from, setAt: from };
  await table.put(rotationKey("gone", "told"), rotation({ clientId: "told", underWay }));

  expect(await told(["a"])).toEqual(["gone: nobody finishes the rotation of told"]);
  expect((await news(["a"])).digest(NOW).items).toEqual([
    "left unfinished  gone: told: Auth0 may know the new one, and nobody has finished it",
  ]);

  await table.put(rotationKey("gone", "told"), rotation({ clientId: "told", held }));
  await news(["a"]);
  expect(await told(["a"])).toEqual([]);
});
