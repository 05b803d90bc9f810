import * as z from "zod";
import { describe, describeStages } from "../describe.ts";
import { defineOperation } from "../operation.ts";
import { pageOf } from "../page.ts";
import { pageFields, secretId } from "../shapes.ts";
import type { StoredSecret } from "../stored-secret.ts";
import { findSecret, removeOverdue } from "../vault.ts";

const filter = z.object({
  Key: z.enum(["description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"]),
  Values: z.array(z.string().max(512)).min(1).max(10),
});

type Filter = z.output<typeof filter>;

/** DescribeSecret: everything but the value; answers for a secret that is marked for deletion, too. */
export const describeSecret = defineOperation(z.object({ SecretId: secretId }), (vault, { SecretId }) => {
  const secret = findSecret(vault, SecretId);
  return { ...describe(secret), VersionIdsToStages: describeStages(secret) };
});

/** ListSecrets: by date of creation, newest first, unless asked otherwise. */
export const listSecrets = defineOperation(
  z.object({
    Filters: z.array(filter).max(10).default([]),
    IncludePlannedDeletion: z.boolean().default(false),
    SortOrder: z.enum(["asc", "desc"]).default("desc"),
    SortBy: z.enum(["created-date", "last-accessed-date", "last-changed-date", "name"]).default("created-date"),
    ...pageFields,
  }),
  (vault, { Filters, IncludePlannedDeletion, SortOrder, SortBy, ...page }) => {
    removeOverdue(vault);
    const found = [...vault.secrets.values()]
      .filter(({ deletion }) => IncludePlannedDeletion || !deletion)
      .filter((secret) => Filters.every((each) => passes(secret, each, vault.region)))
      .toSorted((one, other) => compare(sortKey(one, SortBy), sortKey(other, SortBy)));
    const listing = JSON.stringify(["secrets", Filters, IncludePlannedDeletion, SortOrder, SortBy]);
    const { items, NextToken } = pageOf(SortOrder === "asc" ? found : found.reverse(), listing, page);
    return { SecretList: items.map(listEntry), NextToken };
  },
);

function listEntry(secret: StoredSecret): object {
  return { ...describe(secret), SecretVersionsToStages: describeStages(secret) };
}

function sortKey(secret: StoredSecret, by: string): string | number {
  if (by === "name") return secret.name;
  if (by === "last-accessed-date") return secret.lastAccessedAt ?? 0;
  return by === "last-changed-date" ? secret.changedAt : secret.createdAt;
}

function compare(one: string | number, other: string | number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** One of the values must match; one that begins with an exclamation mark must not. */
function passes(secret: StoredSecret, { Key, Values }: Filter, region: string): boolean {
  return Values.some((value) => {
    if (value.startsWith("!")) return !matches(secret, Key, value.slice(1), region);
    return matches(secret, Key, value, region);
  });
}

function matches(secret: StoredSecret, key: Filter["Key"], value: string, region: string): boolean {
  switch (key) {
    case "name":
      return secret.name.startsWith(value);
    case "description":
      return (secret.description ?? "").toLowerCase().startsWith(value.toLowerCase());
    case "tag-key":
      return secret.tags.keys().some((tag) => tag.startsWith(value));
    case "tag-value":
      return secret.tags.values().some((tag) => tag.startsWith(value));
    case "primary-region":
      return region.startsWith(value);
    case "owning-service":
      return false;
    case "all":
      return value
        .toLowerCase()
        .split(/\s+/)
        .every((word) => searchedText(secret).includes(word));
  }
}

function searchedText({ name, description, tags }: StoredSecret): string {
  return [name, description, ...[...tags].flat()].join("\n").toLowerCase();
}
