/** One screen of CSS; colours are in the theme. Nothing is loaded: system fonts, no images. */
export const STYLE = `
*, ::before, ::after { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth }
body { margin: 0; background: var(--surface); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 0.5rem; text-wrap: balance }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 0.75rem }
h3 { font-size: 1rem; line-height: 1.4; margin: 1.25rem 0 0.25rem }
p, ul { max-width: 46rem; margin: 0.5rem 0 }
ul { padding-left: 1.2rem }
li { margin: 0.2rem 0 }
section { padding: 1.5rem 0; border-top: 1px solid var(--line) }
section:first-child { border-top: 0; padding-top: 0 }
#answer > h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
#answer > p.plain { font-size: 1.0625rem; line-height: 1.5; max-width: 60rem }
#answer { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 2.5rem }
#answer > p:not(.plain) { font-size: 0.9375rem; max-width: none; margin: 0 0 1rem }
.verdicts { list-style: none; padding: 0; margin: 0; max-width: none }
.verdicts li { break-inside: avoid; border-top: 1px solid var(--line); margin: 0 }
.verdicts summary { color: var(--ink); width: auto; padding: 0.4rem 0 0.4rem 8rem; text-indent: -8rem; list-style: none }
.verdicts summary::-webkit-details-marker { display: none }
.verdicts summary:hover { text-decoration: underline; text-decoration-color: var(--muted); text-underline-offset: 0.2em }
.verdicts .verdict { display: inline-block; width: 7.7rem; text-indent: 0; font-weight: 700; white-space: nowrap; vertical-align: top }
.verdicts li details > :not(summary) { margin-left: 8rem }
details.verdicts { border-top: 1px solid var(--line) }
.verdicts li ul { font-size: 0.875rem; color: var(--muted) }
.muted, .note, .unit { color: var(--muted) }
.good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
p.note { font-size: 0.875rem; margin: 0.5rem 0 1.5rem }
.unit { font-weight: 400 }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0.75rem 0; border-top: 1px solid var(--line); font-size: 0.9375rem }
a { color: inherit; text-underline-offset: 0.2em; text-decoration-color: var(--muted) }
.notice { border: 1px solid currentColor; border-left-width: 6px; border-radius: 4px; padding: 0.75rem 1rem; margin: 0.75rem 0; max-width: 46rem }
.notice ul { color: var(--ink); margin-bottom: 0 }
.facts { display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; margin: 1rem 0 }
.facts dt { font-size: 0.8125rem; color: var(--muted) }
.facts dd { margin: 0; font-weight: 600 }
.claim { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0 1rem; padding: 0.75rem 0; border-top: 1px solid var(--line); max-width: 60rem }
.claim:first-of-type { border-top: 0; padding-top: 0 }
.claim h3, .claim p { margin: 0 }
.claim ul { font-size: 0.9375rem; color: var(--muted) }
.claim .verdict { font-weight: 700 }
.supported { color: var(--good) } .refuted { color: var(--bad) } .depends { color: var(--warn) } .not-measured { color: var(--muted) }
.table { overflow-x: auto; margin: 0.5rem 0;
  background: linear-gradient(to left, var(--surface) 1.5rem, transparent 4rem) 100% 0 / 4rem 100% no-repeat local,
    linear-gradient(to left, color-mix(in srgb, var(--ink) 22%, transparent), transparent) 100% 0 / 1.25rem 100% no-repeat scroll }
.table:focus-visible { outline: 2px solid var(--stateless); outline-offset: 2px }
table { border-collapse: collapse; font-size: 0.9375rem; line-height: 1.35 }
caption { text-align: left; font-weight: 600; padding: 0.5rem 0; white-space: nowrap }
th, td { padding: 0.4rem 0.9rem 0.4rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line) }
thead th { vertical-align: bottom; font-size: 0.875rem; border-bottom-color: var(--muted) }
thead .unit { display: block }
thead button { font: inherit; color: inherit; text-align: inherit; background: none; border: 0; padding: 0; cursor: pointer }
thead button::after { content: "↕"; margin-left: 0.25em; color: var(--muted); opacity: 0.7 }
thead .number button::after { content: none }
thead .number button::before { content: "↕"; margin-right: 0.25em; color: var(--muted); opacity: 0.7 }
thead [aria-sort=ascending] button::after, thead .number[aria-sort=ascending] button::before { content: "↑"; color: inherit; opacity: 1 }
thead [aria-sort=descending] button::after, thead .number[aria-sort=descending] button::before { content: "↓"; color: inherit; opacity: 1 }
thead .number[aria-sort] button::after { content: none }
.group th { padding: 1rem 0 0.25rem; font-size: 0.8125rem; color: var(--muted); border-bottom-color: var(--muted); position: static; max-width: none }
tbody:nth-of-type(1) .group th { padding-top: 0.4rem }
.group span { position: sticky; left: 0 }
.sorted .group { display: none }
[hidden] { display: none }
td.sign { position: relative; text-align: center; padding-right: 0.4rem }
.signs thead th:not(:first-child) { text-align: center; padding-right: 0.4rem }
.signs thead th:not(:first-child, [aria-sort]) button::after { content: none }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.filter { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: baseline; padding: 0.6rem 0; font-size: 0.9375rem; background: var(--surface); border-top: 1px solid var(--line) }
.filter fieldset { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; border: 0; margin: 0; padding: 0 }
.filter legend { float: left; padding: 0; margin-right: 1rem; color: var(--muted) }
.filter input, .filter button { font: inherit; color: inherit; accent-color: var(--stateless) }
.filter input[type=search] { width: 10rem; background: var(--raised); border: 1px solid var(--muted); border-radius: 4px; padding: 0.1rem 0.4rem }
.filter button { background: var(--raised); border: 1px solid var(--muted); border-radius: 4px; padding: 0.1rem 0.6rem; cursor: pointer }
.filter output { color: var(--muted) } .filter.active output { color: var(--ink); font-weight: 600 }
:is(button, input):focus-visible { outline: 2px solid var(--stateless); outline-offset: 2px }
tbody th { font-weight: 600; position: sticky; left: 0; background: var(--surface); min-width: 8rem; max-width: 17rem }
th.number, td.number { text-align: right }
td.number { white-space: nowrap }
td.words { max-width: 44rem }
td.words:not(.short) { min-width: 11rem }
.value { font-weight: 600 }
.interval { display: block; color: var(--muted); font-size: 0.8125em }
.short { white-space: nowrap }
details { max-width: 100% }
summary { cursor: pointer; color: var(--muted); font-size: 0.9375rem; padding: 0.2rem 0; width: fit-content }
summary:focus-visible { outline: 2px solid var(--stateless); outline-offset: 2px }
.findings { list-style: none; padding: 0 }
.findings li { border-left: 4px solid var(--line); padding-left: 0.75rem }
.findings .warning { border-color: var(--warn) }
.picture .charts { display: block }
#advice { border: 0; padding: 0 }
#advice > h2 { margin-bottom: 0.25rem }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; font-size: 0.9375rem }
.state::before { content: ""; display: inline-block; width: 0.75em; height: 0.75em; margin-right: 0.4em; border-radius: 2px; background: var(--none); print-color-adjust: exact }
.state.stateless::before { background: var(--stateless) }
.state.stateful::before { background: var(--stateful) }
.state.hybrid::before { background: var(--hybrid) }
.state.unknown::before { background: var(--unknown) }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21.5rem), 1fr)); gap: 2rem 2.5rem; align-items: start }
figure { margin: 0; max-width: 30rem; break-inside: avoid }
figcaption { font-size: 0.9375rem; margin-bottom: 0.5rem }
figcaption .note { display: block; font-size: 0.8125rem; line-height: 1.4 }
.downloads { display: flex; gap: 1rem; margin: 0.25rem 0 0; font-size: 0.8125rem; color: var(--muted) }
svg { display: block; width: 100%; height: auto; overflow: visible }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: 0.75rem 1rem; overflow-x: auto; max-width: 60rem }
code { font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace }
@media (max-width: 40rem) {
  h1 { font-size: 1.2rem; margin-top: 1rem }
  #answer > p.plain { font-size: 1rem }
  .claim { grid-template-columns: 1fr }
  .facts { gap: 0.5rem 1.5rem }
  caption { white-space: normal; max-width: calc(100vw - 2rem) }
  thead th { white-space: nowrap }
  tbody th { max-width: 9.5rem; padding-right: 0.6rem }
  td.words:not(.short) { min-width: 15rem }
}
@media (min-width: 40rem) {
  .signs tbody th[scope=row] { min-width: 14rem }
}
@media (min-width: 64rem) and (min-height: 40rem) {
  .filter { position: sticky; top: 0; z-index: 1 }
  .filter ~ section { scroll-margin-top: 5rem }
}
@media (min-width: 64rem) {
  #answer { grid-template-columns: 26rem minmax(0, 1fr) }
  #answer > * { grid-column: 1 / -1 }
  #answer > .picture { grid-column: 1 }
  #answer > .picture ~ :is(#advice, .lists) { grid-column: 2; margin-top: -0.75rem }
  #answer > .picture ~ #advice ~ .lists { grid-column: 1 / -1; margin-top: 1rem }
  #answer > #advice ~ .lists > ul { columns: 2; column-gap: 2.5rem }
}
@media print {
  nav, .downloads, .filter > :not(output), .filter:not(.active) { display: none }
  thead button::after, thead .number button::before { content: none }
  body { font-size: 10pt }
  details::details-content { content-visibility: visible; block-size: auto }
  summary { list-style: none }
  .table { overflow: visible; background: none }
  table { font-size: 7.5pt }
  th, td { padding-right: 0.4rem }
  tbody th { position: static; min-width: 0 }
  tr, .claim { break-inside: avoid }
  .verdicts li { break-inside: auto }
  h2, h3, caption, summary { break-after: avoid }
}
`
