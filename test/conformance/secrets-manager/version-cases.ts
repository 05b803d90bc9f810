import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { type Conformance, type ConformanceCase, refused } from "../conformance-case.ts";

type Put = { ClientRequestToken?: string; VersionStages?: string[] };

/** Puts a value and gives the version's id. */
async function put(client: SecretsManagerClient, SecretId: string, SecretString: string, options: Put = {}) {
  const ClientRequestToken = randomUUID();
  const input = { SecretId, SecretString, ClientRequestToken, ...options };
  const { VersionId = "" } = await client.send(new PutSecretValueCommand(input));
  return VersionId;
}

/** Asserts which labels which versions carry. */
function labels({ client, eventually }: Conformance, SecretId: string, expected: Record<string, string[]>) {
  return eventually(async () => {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    const sorted = Object.entries(VersionIdsToStages).map(([id, stages]) => [id, stages.toSorted()]);
    assert.deepEqual(Object.fromEntries(sorted), expected);
  });
}

/** Versions and their staging labels. */
export const versionCases: ConformanceCase[] = [
  {
    title: "a value put without labels is current, and the one before is previous",
    run: async (conformance) => {
      const { client, newSecret } = conformance;
      const { name, version: one } = await newSecret("one");
      const two = await put(client, name, "two");
      await labels(conformance, name, { [one]: ["AWSPREVIOUS"], [two]: ["AWSCURRENT"] });
      const three = await put(client, name, "three");
      await labels(conformance, name, { [two]: ["AWSPREVIOUS"], [three]: ["AWSCURRENT"] });
    },
  },
  {
    title: "a value put as pending leaves the current one alone",
    run: async (conformance) => {
      const { client, newSecret, eventually } = conformance;
      const { name, version: one } = await newSecret("one");
      const two = await put(client, name, "two", { VersionStages: ["AWSPENDING"] });
      await labels(conformance, name, { [one]: ["AWSCURRENT"], [two]: ["AWSPENDING"] });
      await eventually(async () => {
        const pending = await client.send(new GetSecretValueCommand({ SecretId: name, VersionStage: "AWSPENDING" }));
        assert.equal(pending.SecretString, "two");
      });
      const three = await put(client, name, "three", { VersionStages: ["AWSPENDING"] });
      await labels(conformance, name, { [one]: ["AWSCURRENT"], [three]: ["AWSPENDING"] });
    },
  },
  {
    title: "the same token and value again changes nothing",
    run: async (conformance) => {
      const { client, newSecret } = conformance;
      const { name, version: one } = await newSecret("one");
      const two = await put(client, name, "two", { VersionStages: ["AWSPENDING"] });
      const again = await put(client, name, "two", { ClientRequestToken: two, VersionStages: ["AWSPENDING"] });
      assert.equal(again, two);
      await labels(conformance, name, { [one]: ["AWSCURRENT"], [two]: ["AWSPENDING"] });
    },
  },
  {
    title: "the same token with another value is refused and changes nothing",
    run: async (conformance) => {
      const { client, newSecret } = conformance;
      const { name, version: one } = await newSecret("one");
      const two = await put(client, name, "two", { VersionStages: ["AWSPENDING"] });
      const other = put(client, name, "other", { ClientRequestToken: two, VersionStages: ["AWSPENDING"] });
      await refused(other, "ResourceExistsException");
      await labels(conformance, name, { [one]: ["AWSCURRENT"], [two]: ["AWSPENDING"] });
    },
  },
  {
    title: "the first version of a secret is current",
    run: async (conformance) => {
      const { client, newSecret } = conformance;
      const { name } = await newSecret();
      const one = await put(client, name, "one");
      await labels(conformance, name, { [one]: ["AWSCURRENT"] });
    },
  },
  {
    title: "moving AWSCURRENT takes AWSPREVIOUS along, back and forth",
    run: async (conformance) => {
      const { client, newSecret } = conformance;
      const { name: SecretId, version: one } = await newSecret("one");
      const two = await put(client, SecretId, "two", { VersionStages: ["AWSPENDING"] });
      const move = (from: string, to: string) => {
        const input = { SecretId, VersionStage: "AWSCURRENT", RemoveFromVersionId: from, MoveToVersionId: to };
        return client.send(new UpdateSecretVersionStageCommand(input));
      };
      await move(one, two);
      await labels(conformance, SecretId, { [one]: ["AWSPREVIOUS"], [two]: ["AWSCURRENT", "AWSPENDING"] });
      await move(two, one);
      await labels(conformance, SecretId, { [one]: ["AWSCURRENT"], [two]: ["AWSPENDING", "AWSPREVIOUS"] });
    },
  },
  {
    title: "a label that sits elsewhere moves only when the version that loses it is named",
    run: async (conformance) => {
      const { client, newSecret } = conformance;
      const { name: SecretId, version: one } = await newSecret("one");
      const two = await put(client, SecretId, "two", { VersionStages: ["AWSPENDING"] });
      const move = { SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: two };
      for (const wrong of [{}, { RemoveFromVersionId: two }]) {
        const request = client.send(new UpdateSecretVersionStageCommand({ ...move, ...wrong }));
        await refused(request, "InvalidParameterException", "InvalidRequestException");
      }
      await labels(conformance, SecretId, { [one]: ["AWSCURRENT"], [two]: ["AWSPENDING"] });
    },
  },
  {
    title: "a label of one's own is added, moved and removed; AWSCURRENT cannot be removed",
    run: async (conformance) => {
      const { client, newSecret } = conformance;
      const { name: SecretId, version: one } = await newSecret("one");
      const stage = (input: object) => {
        return client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: "HELD", ...input }));
      };
      await stage({ MoveToVersionId: one });
      await labels(conformance, SecretId, { [one]: ["AWSCURRENT", "HELD"] });
      await stage({ RemoveFromVersionId: one });
      await labels(conformance, SecretId, { [one]: ["AWSCURRENT"] });
      const current = stage({ VersionStage: "AWSCURRENT", RemoveFromVersionId: one });
      await refused(current, "InvalidParameterException", "InvalidRequestException");
    },
  },
  {
    title: "a version without labels is deprecated: listed only when asked for, and still readable by its id",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId, version: one } = await newSecret("one");
      await put(client, SecretId, "two");
      await put(client, SecretId, "three");
      const idsOf = async (IncludeDeprecated: boolean) => {
        const input = { SecretId, IncludeDeprecated };
        const { Versions = [] } = await client.send(new ListSecretVersionIdsCommand(input));
        assert.ok(Versions.every(({ CreatedDate }) => CreatedDate instanceof Date));
        return Versions.map(({ VersionId }) => VersionId);
      };
      await eventually(async () => {
        const labelled = await idsOf(false);
        const all = await idsOf(true);
        assert.deepEqual([labelled.length, all.length], [2, 3]);
        assert.ok(all.includes(one) && !labelled.includes(one));
        const read = await client.send(new GetSecretValueCommand({ SecretId, VersionId: one }));
        assert.equal(read.SecretString, "one");
      });
    },
  },
  {
    title: "versions are listed in pages with an opaque token, and a made-up token is refused",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId } = await newSecret("one");
      for (const value of ["two", "three", "four", "five"]) await put(client, SecretId, value);
      await eventually(async () => {
        const seen: (string | undefined)[] = [];
        let NextToken: string | undefined;
        do {
          const input = { SecretId, IncludeDeprecated: true, MaxResults: 2, NextToken };
          const page = await client.send(new ListSecretVersionIdsCommand(input));
          assert.ok((page.Versions ?? []).length <= 2);
          seen.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId));
          NextToken = page.NextToken;
        } while (NextToken !== undefined);
        assert.equal(new Set(seen).size, 5);
      });
      const madeUp = client.send(new ListSecretVersionIdsCommand({ SecretId, NextToken: "made-up" }));
      await refused(madeUp, "InvalidNextTokenException", "InvalidParameterException", "ValidationException");
    },
  },
];
