import { Option } from "commander";

/** Which configuration a command goes by. */
export const configOption = (): Option => new Option("--config <file>", "the config file").default("./curfew.yaml");
