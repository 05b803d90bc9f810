import { Option } from "commander";

/** The configuration that is read where nobody names one. */
export const DEFAULT_CONFIG = "./curfew.yaml";

/** Which configuration a command goes by. */
export const configOption = (): Option => new Option("--config <file>", "the config file").default(DEFAULT_CONFIG);
