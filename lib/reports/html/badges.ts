import type { TenantAudit } from "../../findings/tenant-audit.ts";
import { type Html, html } from "../../html/markup.ts";
import type { Severity } from "../../model/severity.ts";
import { capitalized } from "./words.ts";

/** A severity as a coloured word. */
export const severityBadge = (severity: Severity): Html =>
  html`<span class="badge ${severity}">${capitalized(severity)}</span>`;

/** Says that somebody has accepted what is wrong. */
export const EXCEPTED: Html = html`<span class="badge excepted">Excepted</span>`;

const STATUSES: Readonly<Record<TenantAudit["status"], string>> = {
  complete: "Complete",
  incomplete: "Incomplete",
  failed: "Not audited",
};

/** How far an audit got, as a coloured word. */
export const statusBadge = (status: TenantAudit["status"]): Html =>
  html`<span class="badge ${status}">${STATUSES[status]}</span>`;
