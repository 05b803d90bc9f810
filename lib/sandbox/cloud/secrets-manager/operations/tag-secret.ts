import * as z from "zod";
import { defineOperation } from "../operation.ts";
import { secretId, tags } from "../shapes.ts";
import { findLiveSecret } from "../vault.ts";

/** TagResource: sets tags; one that is there gets the new value. */
export const tagResource = defineOperation(z.object({ SecretId: secretId, Tags: tags }), (vault, input) => {
  const secret = findLiveSecret(vault, input.SecretId);
  for (const { Key, Value } of input.Tags) secret.tags.set(Key, Value);
  secret.changedAt = vault.clock.now();
  return {};
});

/** UntagResource: removes tags; one that is not there is no error. */
export const untagResource = defineOperation(
  z.object({ SecretId: secretId, TagKeys: z.array(z.string().min(1).max(128)) }),
  (vault, input) => {
    const secret = findLiveSecret(vault, input.SecretId);
    for (const key of input.TagKeys) secret.tags.delete(key);
    secret.changedAt = vault.clock.now();
    return {};
  },
);
