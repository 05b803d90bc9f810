/** The top, cards, charts, badges, facts. */
export const PART_STYLE = `
.top > header { padding-top: 2.75rem; padding-bottom: 1.5rem; }
.brand { display: flex; align-items: center; gap: 0.45rem; font-weight: 650; margin-bottom: 1.5rem; }
.moon path { fill: var(--link); }
.verdict { font-size: clamp(1.5rem, 1.1rem + 1.9vw, 2.25rem); line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; margin: 0.35rem 0 0.75rem; max-width: 34ch; text-wrap: balance; }
.limits { color: var(--quiet); margin: 0; }
nav { border-block: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.75rem; list-style: none; max-width: 72rem; margin: 0 auto; padding: 0 2rem; }
nav a { display: block; padding: 0.65rem 0; color: var(--text); text-decoration: none; font-size: 0.925rem; }
nav a:hover { text-decoration: underline; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; margin-bottom: 2.25rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem 1.5rem 1.5rem; }
.card h3 { font-size: 0.925rem; color: var(--quiet); font-weight: 550; }
.figure { font-size: 2.25rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; margin: 0.25rem 0 1rem; }
.figure span { font-size: 0.925rem; font-weight: 400; letter-spacing: 0; color: var(--quiet); }
.scale th, .scale td { border: 0; padding: 0.45rem 0.75rem 0.2rem 0; vertical-align: middle; line-height: 1.4; }
.scale th { width: 5rem; font-weight: 400; }
.scale td.number { width: 3.5rem; padding-inline-end: 0; font-weight: 550; }
.bar-row + .bar-row { margin-top: 0.9rem; }
.bar-row h4 { font-weight: 400; font-size: 0.925rem; }
.bar { display: block; width: 100%; height: 0.75rem; margin: 0.35rem 0; border-radius: 4px; }
.bar rect { stroke: var(--card); stroke-width: 1px; }
.bar .track { fill: var(--track); stroke: none; }
td .bar { height: 0.55rem; margin: 0.45rem 0 0.3rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; list-style: none; margin: 0; padding: 0; font-size: 0.8125rem; color: var(--quiet); }
.legend b { color: var(--text); font-weight: 600; }
.swatch { width: 0.7rem; height: 0.7rem; margin-inline-end: 0.4rem; border-radius: 2px; vertical-align: -0.03rem; }
rect.critical { fill: var(--critical); } rect.high { fill: var(--high); } rect.medium { fill: var(--medium); }
rect.low { fill: var(--low); } rect.info { fill: var(--info); } rect.known { fill: var(--known); } rect.unknown { fill: url(#hatch); }
.hatch-ground { fill: var(--unknown-ground); } .hatch-line { fill: var(--unknown); }
.badge { display: inline-block; padding: 0.1rem 0.55rem; border-radius: 999px; font-size: 0.8125rem; line-height: 1.45; font-weight: 600; white-space: nowrap; border: 1px solid transparent; background: var(--info-ground); color: var(--info-text); }
.badge.critical, .badge.failed { background: var(--critical-ground); color: var(--critical-text); }
.badge.high { background: var(--high-ground); color: var(--high-text); }
.badge.medium, .badge.incomplete { background: var(--medium-ground); color: var(--medium-text); }
.badge.low { background: var(--low-ground); color: var(--low-text); }
.badge.complete { background: var(--known-ground); color: var(--known-text); }
.badge.excepted { background: none; border-color: var(--line); }
.badge.incomplete, .badge.failed { border-style: dashed; border-color: currentColor; }
.tenants { margin-top: 0.75rem; }
.tenants th:first-child { width: 28%; } .tenants td:nth-child(2) { width: 9rem; } .tenants td:last-child { width: 20%; }
.tenants th a { font-weight: 600; }
.facts, .advice { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.35rem 1.75rem; margin: 0 0 1.5rem; font-size: 0.925rem; }
dt { color: var(--quiet); }
dd { margin: 0; max-width: 72ch; }
.scopes code { margin-inline-end: 0.6rem; }
#evidence > h3 { margin-bottom: 0.75rem; }
.calm, .lead { color: var(--quiet); }
.exceptions th:first-child { width: 27%; } .exceptions th:nth-child(4) { width: 21%; } .exceptions td:last-child { white-space: nowrap; }
footer { padding-top: 3rem; padding-bottom: 3rem; color: var(--quiet); font-size: 0.875rem; }
@media (forced-colors: active) { .badge, .bar { border: 1px solid; } rect { forced-color-adjust: none; } }
`;
