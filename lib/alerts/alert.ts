import type { AlertKind } from "../model/alert-kind.ts";
import type { Severity } from "../model/severity.ts";

/** A line with a name, as `Limit: 24 h`. */
export interface Fact {
  label: string;
  value: string;
}

/** Something that people should hear. Renderers turn it into what each channel shows. */
export interface Alert {
  /** `al_…`: the same for the same matter, however often it is computed. */
  id: string;
  kind: AlertKind;
  severity: Severity;
  /** Null when it is about several tenants or none. */
  tenant: string | null;
  /** Who hears about the tenant beside everybody else; null when nobody does. */
  owner: string | null;
  /** One line without line breaks: what is wrong, and where. */
  title: string;
  /** What it means, in whole sentences. */
  text: string;
  facts: readonly Fact[];
  /** What to do now, one step a line. */
  steps: readonly string[];
  /** One line each, for what is many: the findings of a summary, a tenant of a digest. */
  items: readonly string[];
  /** When the matter arose: ISO 8601. */
  at: string;
}
