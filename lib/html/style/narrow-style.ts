/** On a telephone: rows become blocks, and each cell says what it is. */
export const NARROW_STYLE = `
@media screen and (max-width: 46rem) {
  main, .top > header, footer { padding-inline: 1.1rem; }
  nav ul { padding-inline: 1.1rem; gap: 0 1.25rem; }
  nav a { padding: 0.5rem 0; }
  section { padding-top: 2.25rem; }
  .card { padding: 1rem 1.1rem 1.2rem; }
  .group > summary, .gap > summary, .evidence > summary { padding: 0.8rem 1rem; }
  .group > summary h3, .gap > summary h3 { flex: 1 1 60%; }
  .count { margin-inline-start: 1.35rem; flex-basis: 100%; }
  .figure span { display: block; }
  .inside { padding: 0.75rem 1rem 1rem; }
  .facts, .advice { display: block; }
  dt { margin-top: 0.7rem; font-size: 0.8125rem; }
  table:not(.scale) thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table:not(.scale), table:not(.scale) > tbody, table:not(.scale) > caption:not(.unseen) { display: block; }
  table:not(.scale) > tbody > tr { display: block; padding: 0.7rem 0; border-top: 1px solid var(--line); }
  table:not(.scale) > tbody > tr > * { display: block; width: auto !important; border: 0; padding: 0.1rem 0; text-align: start; white-space: normal !important; }
  [data-label]::before { content: attr(data-label) ": "; }
  .findings td:nth-child(3)::before { content: "Tenant: "; }
  .measured td:nth-child(4)::before { content: "Observed: "; }
  .measured td:nth-child(5)::before { content: "Limit: "; }
  td::before { color: var(--quiet); font-size: 0.8125rem; }
  #filter { padding: 1rem 1.1rem; gap: 0.8rem; }
  #filter .field { grid-column: 1 / -1; }
  #download { margin-inline-start: 0; }
}
`;
