import * as z from "zod";
import { looksLikeSecret } from "../../model/looks-like-secret.ts";

/** Ids that people write go to Auth0, into alerts and into evidence: whoever mistook one for the other stops here. */
export const writtenId = z
  .string()
  .refine((written) => !looksLikeSecret(written), "this looks like a secret or a token, not an id");
