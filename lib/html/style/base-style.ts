/** Type, rhythm, links, tables. */
export const BASE_STYLE = `
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Open Sans", sans-serif; scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text); }
main, .top > header, footer { max-width: 72rem; margin: 0 auto; padding: 0 2rem; }
h1, h2, h3, h4 { line-height: 1.25; margin: 0; font-weight: 650; text-wrap: balance; }
h1 { font-size: 1rem; font-weight: 500; color: var(--quiet); }
h2 { font-size: 1.6rem; letter-spacing: -0.015em; margin-bottom: 1.25rem; }
h3 { font-size: 1.05rem; }
h4 { font-size: 0.95rem; }
p { margin: 0 0 0.75rem; max-width: 70ch; }
section { padding: 3rem 0 0.5rem; }
section:target { outline: none; }
a { color: var(--link); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
[tabindex="-1"]:focus { outline: none; }
code { font: 0.875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
bdi, th, td, dd { overflow-wrap: anywhere; }
time { white-space: nowrap; }
small { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--quiet); }
table { border-collapse: collapse; width: 100%; font-size: 0.925rem; font-variant-numeric: tabular-nums; }
caption { text-align: start; font-weight: 650; padding: 0 0 0.4rem; }
th, td { text-align: start; vertical-align: top; padding: 0.6rem 1rem 0.6rem 0; border-top: 1px solid var(--line); font-weight: 400; }
tbody th { font-weight: 550; }
thead th { border-top: 0; padding-block: 0.25rem; font-size: 0.8125rem; color: var(--quiet); overflow-wrap: normal; }
th:last-child, td:last-child { padding-inline-end: 0; }
.number { text-align: end; white-space: nowrap; }
.quiet { color: var(--quiet); }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
caption.unseen { position: absolute; }
caption > .unseen { display: inline-block; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 3; background: var(--card); padding: 0.5rem 1rem; border-radius: 0 0 6px 6px; }
.skip:focus { top: 0; }
.patterns { position: absolute; }
summary { cursor: pointer; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
