/** On paper: everything open, light, links written out, and no controls. */
export const PRINT_STYLE = `
@media print {
  :root { color-scheme: light; --ground: #fff; --text: #000; --quiet: #444; --line: #bbb; --link: #000; --card: #fff; --call: #f2f2f2; --track: #eee;
    --critical-text: #8c0d34; --critical-ground: #fbe7ed; --high-text: #98340a; --high-ground: #fdebe0; --medium-text: #705000; --medium-ground: #faf0d2;
    --low-text: #1f4f84; --low-ground: #e5eef8; --info-text: #4b525c; --info-ground: #ecece9; --known-text: #1f5b42; --known-ground: #e2f1ea; }
  @page { margin: 16mm 14mm; }
  html { font-size: 10pt; }
  main, .top > header, footer { max-width: none; padding-inline: 0; }
  nav, .skip, #filter, .more > summary { display: none !important; }
  body:not(.filtered) #filter-result { display: none; }
  details::details-content { content-visibility: visible !important; display: block !important; height: auto !important; }
  summary::before { display: none !important; }
  .group, .gap, .evidence, .card { border-radius: 0; break-inside: auto; }
  .group > summary, .inside { padding-inline: 0.8rem; }
  summary, h2, h3, h4, thead { break-after: avoid; }
  tr, .card, .advice > * { break-inside: avoid; }
  svg, .badge { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .references a::after { content: " <" attr(href) ">"; font-size: 0.85em; overflow-wrap: anywhere; }
  #exceptions, #evidence { break-before: page; }
}
`;
