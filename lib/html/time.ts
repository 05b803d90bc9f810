import { type Html, html } from "./markup.ts";

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** A moment, always in UTC: a report is read in other places than it was made. */
export const moment = (iso: string): Html => html`<time datetime="${iso}">${written(iso, MOMENT, " UTC")}</time>`;

/** A day of the calendar, `YYYY-MM-DD`. */
export const day = (iso: string): Html => html`<time datetime="${iso}">${written(iso, DAY, "")}</time>`;

/** What is not a date is shown as it is. */
function written(iso: string, format: Intl.DateTimeFormat, zone: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${format.format(date).replace(" at ", ", ")}${zone}`;
}

/** How long something took: "0.42 s", "3 min 20 s". Empty when the times make no sense. */
export function secondsBetween(from: string, to: string): number | undefined {
  const length = (Date.parse(to) - Date.parse(from)) / 1000;
  return length >= 0 ? length : undefined;
}
