import { InvalidArgumentError } from "commander";

/**
 * Takes the value of an option that has one: of two that are given one would be forgotten.
 *
 * @throws InvalidArgumentError
 */
export function oneValue(value: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError("It is given twice; one is taken.");
  if (value.trim() === "") throw new InvalidArgumentError("It is empty.");
  return value;
}
