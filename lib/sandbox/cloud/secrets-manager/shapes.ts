import * as z from "zod";

/** A value is at most this long. Bytes. */
const LARGEST_VALUE = 65_536;

/** A name, a full or a partial ARN. */
export const secretId = z.string().min(1).max(2048);

/** What becomes the id of a version. The SDK always sends one; the bounds are the API's. */
export const clientRequestToken = z.string().min(32).max(64);

/** A version's id in requests that refer to one. */
export const versionId = z.string().min(32).max(64);

/** A staging label. */
export const stage = z.string().min(1).max(256);

/** Text or bytes; which one is there is judged by the operation. */
export const valueFields = {
  SecretString: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= LARGEST_VALUE)
    .optional(),
  SecretBinary: z
    .base64()
    .refine((text) => Buffer.from(text, "base64").length <= LARGEST_VALUE)
    .optional(),
};

/** Tags, at most 50 of them. */
export const tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).max(50);

/** How a listing is paged. */
export const pageFields = {
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().min(1).max(4096).optional(),
};
