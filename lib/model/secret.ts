import { inspect } from "node:util";

const SHOWN = "[secret]";

/**
 * A value that must not be shown. Printing, logging, serializing or interpolating it gives `[secret]`;
 * only {@link Secret.reveal} gives the value, and only the code that sends it to its owner calls that.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
