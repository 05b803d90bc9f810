import { Argument, type Command } from "commander";

/** Takes what is no subcommand, to say so: commander would only speak of too many arguments. */
export const anyWord = (): Argument => new Argument("[command...]");

/**
 * What is no subcommand is given to the one that goes without a name, or to the parent. It may be a secret of one's own
 * choice in the wrong place, so it is quoted in no form.
 */
export async function unknownCommand(word: string, parent: Command): Promise<Error> {
  const [{ didYouMean }, { CurfewError }] = await Promise.all([
    import("../lib/config/nearest.ts"),
    import("../lib/model/curfew-error.ts"),
  ]);
  const visible = parent.createHelp().visibleCommands(parent);
  const known = visible.map((command) => command.name()).filter((name) => name !== "help");
  if (known.includes(word)) {
    const right = `npx curfew ${parent.name()} ${word} --…`;
    return new CurfewError("arguments-invalid", `${word} comes before all options: ${right}`);
  }
  const hint = didYouMean(word, known) ?? `there are ${known.join(", ")}.`;
  return new CurfewError("arguments-invalid", `${parent.name()} has no such subcommand; ${hint}`);
}
