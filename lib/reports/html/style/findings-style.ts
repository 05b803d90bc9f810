/** What opens and closes: groups of findings, gaps, evidence. And the filters. */
export const FINDINGS_STYLE = `
.group, details.gap, div.gap, .evidence { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin-bottom: 0.75rem; }
details.gap { border-inline-start: 4px dashed var(--unknown); }
div.gap.failed { border-inline-start: 4px solid var(--critical); padding: 1rem 1.5rem; }
.gap.failed h3 { margin-bottom: 0.5rem; }
.gap p:last-child { margin-bottom: 0; }
.group > summary, .gap > summary, .evidence > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 0.9rem; padding: 0.8rem 1.5rem; list-style: none; }
summary::-webkit-details-marker { display: none; }
.group > summary::before, .gap > summary::before, .evidence > summary::before, .more > summary::before { content: ""; flex: none; width: 0.45rem; height: 0.45rem; border: solid var(--quiet); border-width: 0 2px 2px 0; transform: translateY(-0.1rem) rotate(-45deg); }
details[open] > summary::before { transform: translateY(-0.2rem) rotate(45deg); }
.group > summary .badge { min-width: 5.4rem; text-align: center; }
.group > summary h3, .gap > summary h3 { font-weight: 600; overflow-wrap: anywhere; }
.count { margin-inline-start: auto; color: var(--quiet); font-size: 0.875rem; }
summary:hover h3, summary:hover h4 { text-decoration: underline; text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
.inside { padding: 0.75rem 1.5rem 1.25rem; border-top: 1px solid var(--line); }
.inside > table + table { margin-top: 1.75rem; }
.advice { padding: 0.5rem 0 0.25rem; }
.call { display: inline-block; background: var(--call); border-radius: 5px; padding: 0.2rem 0.6rem; }
.plain { margin: 0; padding: 0; list-style: none; }
.plain code { color: var(--quiet); margin-inline-start: 0.4rem; }
.inside th:first-child { width: 33%; }
.common { font-weight: 550; margin: 0 0 0.5rem; }
.inside > .findings th:first-child, .more .findings th:first-child { width: 6.5rem; } .findings th:nth-child(2) { width: 31%; } .findings th:nth-child(3) { width: 15%; } .findings .message { width: 44%; } .measured .message { width: 35%; }
.measured tr > :is(:nth-child(4), :nth-child(5)) { text-align: end; white-space: nowrap; }
.findings td > .badge + .badge { margin-top: 0.25rem; }
.findings i { font-style: normal; font-weight: 400; color: var(--quiet); } .findings i::before { content: "· "; }
.more > summary { display: inline-flex; align-items: baseline; gap: 0.6rem; padding: 0.7rem 0 0.3rem; color: var(--link); list-style: none; font-size: 0.925rem; }
tr:target { background: var(--medium-ground); }
#filter { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 1rem 1.25rem; align-items: end; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.5rem 1.3rem; margin-bottom: 0.75rem; }
.field { border: 0; margin: 0; padding: 0; min-width: 0; grid-column: span 4; }
.field.wide { grid-column: span 5; } fieldset.field { grid-column: span 7; }
.field > label:not(.choice), .field > legend { display: block; padding: 0; font-size: 0.8125rem; color: var(--quiet); margin-bottom: 0.25rem; }
.choice { display: inline-flex; align-items: center; gap: 0.4rem; min-height: 2.4rem; margin-inline-end: 1.1rem; font-size: 0.925rem; }
.choice input { width: 1.05rem; height: 1.05rem; margin: 0; accent-color: var(--link); }
input[type="search"], select, button { font: inherit; font-size: 0.925rem; color: var(--text); background: var(--card); border: 1px solid #868d96; border-radius: 6px; min-height: 2.4rem; padding: 0.3rem 0.7rem; }
input[type="search"], select { width: 100%; text-overflow: ellipsis; }
::placeholder { color: var(--quiet); opacity: 1; }
button { cursor: pointer; font-weight: 550; padding-inline: 1rem; }
button:hover:enabled { background: var(--call); }
button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
.actions { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0.6rem; }
#download { margin-inline-start: auto; }
#filter-result { color: var(--quiet); font-size: 0.875rem; min-height: 1.4rem; margin: 0 0 0.75rem; }
`;
