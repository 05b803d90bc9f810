/**
 * Writes the findings that are shown as a CSV file (RFC 4180). A cell that a spreadsheet would take for a formula
 * begins with an apostrophe. Source: OWASP, "CSV Injection"; the wide forms are what Excel takes for the narrow ones.
 */
export const CSV_SCRIPT = String.raw`
const COLUMNS = ["tenant", "domain", "check", "title", "severity", "status", "resource type", "resource id", "resource name", "aspect", "observed", "limit", "unit", "message", "exception owner", "exception reason", "exception expires", "finding id"];

const cell = (value) => {
  if (typeof value === "number") return String(value);
  const text = value ?? "";
  return '"' + (/^\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? "'" : "") + text.replaceAll('"', '""') + '"';
};

const record = ([tenant, check, severity, status, id, type, resource, name, aspect, observed, limit, unit, message, owner, reason, expires]) =>
  [...data.tenants[tenant], ...data.checks[check], data.severities[severity], data.statuses[status], data.texts[type], resource, name, data.texts[aspect], observed, limit, data.texts[unit], data.texts[message], data.texts[owner], data.texts[reason], data.texts[expires], id];

const csv = () => [COLUMNS, ...visible.map((index) => record(data.rows[index]))].map((row) => row.map(cell).join(",") + "\r\n").join("");

$("download").addEventListener("click", () => {
  // The byte order mark tells a spreadsheet that this is UTF-8.
  const file = URL.createObjectURL(new Blob(["\uFEFF", csv()], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = file;
  link.download = "curfew-findings.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(file), 10000);
});
`;
