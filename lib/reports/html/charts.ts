import { type Html, html } from "../../html/markup.ts";
import { number } from "./words.ts";

/** What a colour stands for. The style sheet has one fill for each. */
export type Tone = "critical" | "high" | "medium" | "low" | "info" | "known" | "unknown" | "off";

/** A part of a bar. */
export interface Segment {
  label: string;
  count: number;
  tone: Tone;
}

/** Per cent of the bar: what is there at all has to be seen. */
const THINNEST = 1.5;

/**
 * One horizontal bar of segments, with everything it shows as its text alternative.
 *
 * @param whole the count that fills the bar; the sum of the segments when left out
 */
export function stackedBar(title: string, segments: readonly Segment[], whole = sum(segments)): Html {
  const shown = segments.filter(({ count }) => count > 0);
  const text = shown.length === 0 ? "none" : shown.map(({ label, count }) => `${number(count)} ${label}`).join(", ");
  return html`<svg class="bar" role="img" aria-label="${title}: ${text}"><rect class="track" width="100%" height="100%"></rect>${rects(shown, whole)}</svg>`;
}

function rects(segments: readonly Segment[], whole: number): Html[] {
  const widths = segments.map(({ count }) => Math.max(THINNEST, (count / whole) * 100));
  const used = widths.reduce((total, width) => total + width, 0);
  const scale = used > 100 ? 100 / used : 1;
  let x = 0;
  return segments.map(({ tone }, index) => {
    const width = (widths[index] ?? 0) * scale;
    const rect = html`<rect class="${tone}" x="${percent(x)}" width="${percent(width)}" height="100%"></rect>`;
    x += width;
    return rect;
  });
}

/** Two digits are finer than a pixel. */
const percent = (value: number): string => `${Math.round(value * 100) / 100}%`;

const sum = (segments: readonly Segment[]): number => segments.reduce((total, { count }) => total + count, 0);

/** What the colours of a bar mean, with the counts. */
export const legend = (segments: readonly Segment[]): Html =>
  html`<ul class="legend">${segments
    .filter(({ count }) => count > 0)
    .map(({ label, count, tone }) => html`<li>${swatch(tone)}<b>${number(count)}</b> ${label}</li>`)}</ul>`;

const swatch = (tone: Tone): Html =>
  html`<svg class="swatch" aria-hidden="true"><rect class="${tone}" width="100%" height="100%"></rect></svg>`;

/** The hatching of what is not known: seen without colours too. Stands once in the page. */
export const PATTERNS: Html = html`<svg class="patterns" aria-hidden="true" width="0" height="0"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect class="hatch-ground" width="6" height="6"></rect><rect class="hatch-line" width="3" height="6"></rect></pattern>
</defs></svg>`;
