import { InvalidArgumentError } from "commander";
import { looksLikeSecret } from "../lib/model/looks-like-secret.ts";

/**
 * Takes the value of an option that has one: of two that are given one would be forgotten. No name, id or file has the
 * form of a secret, and one in the place of a client id would go to Auth0, into alerts and into evidence.
 *
 * @throws InvalidArgumentError
 */
export function oneValue(value: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError("It is given twice; one is taken.");
  if (value.trim() === "") throw new InvalidArgumentError("It is empty.");
  if (looksLikeSecret(value)) throw new InvalidArgumentError(NO_SECRET);
  return value;
}

const NO_SECRET =
  "It looks like a secret or a token, which does not belong in an argument: other users of the machine can read it.";
