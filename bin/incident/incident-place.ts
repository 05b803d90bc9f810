import { type DeskPlace, incidentDesk } from "../../lib/aws/incident-desk.ts";
import { isLoopback } from "../../lib/config/address-fields.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Table } from "../../lib/store/table.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { openExistingIncidents } from "./local-incidents.ts";

/** The deployed incidents, as far as somebody has named where they are. */
export interface DeskOptions {
  table?: string | undefined;
  /** The URL of the desk. */
  desk?: string | undefined;
}

/** Where incidents are looked up. */
export interface PlaceOptions extends DeskOptions {
  /** Those that are answered from this machine. */
  local: boolean;
}

/** What is known of incidents. */
interface IncidentPlace extends Disposable {
  /** Undefined where there never were any. */
  table: Table | undefined;
}

/**
 * Opens what is known of incidents: this folder's, or the deployed ones. The deployed table is asked of Lambda where
 * nobody names it.
 *
 * @throws CurfewError
 */
export async function incidentPlace({ local, table, desk }: PlaceOptions, signal: AbortSignal): Promise<IncidentPlace> {
  if (local) {
    const incidents = await openExistingIncidents();
    return { table: incidents?.table, [Symbol.dispose]: () => incidents?.[Symbol.dispose]() };
  }
  const known = namedDesk({ desk });
  const name = table || (await incidentDesk(known, signal, HERE).place()).table;
  return { table: await openDeployedLedger(name), [Symbol.dispose]: () => undefined };
}

const HERE = "incidents of this folder are found with --local";

/**
 * Where the desk and its table are, as far as somebody has named them: Lambda is asked for the rest.
 *
 * @throws CurfewError `arguments-invalid` where a signed order would go out in clear
 */
export const namedDesk = ({ desk, table }: DeskOptions): Partial<DeskPlace> => ({
  ...(desk && { url: deskUrl(desk) }),
  ...(table && { table }),
});

function deskUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) return text;
  throw new CurfewError(
    "arguments-invalid",
    "--desk (CURFEW_DESK) takes the address of the desk, as https://….lambda-url.eu-central-1.on.aws/; leave it out to have Lambda asked for it.",
  );
}

/** @throws CurfewError `arguments-invalid` where there is no incident at all */
export function mustHaveIncidents(table: Table | undefined): Table {
  if (table) return table;
  throw new CurfewError(
    "arguments-invalid",
    "There are no incidents in this folder; leave out --local for the deployed ones.",
  );
}
