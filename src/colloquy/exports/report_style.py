"""The report's style sheet: system fonts only, colours that also tell apart in grey, page breaks between interviews."""

from __future__ import annotations

STYLE = """
:root { --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #fff; --tint: #f5f7f9; --accent: #1f5f8b }
* { box-sizing: border-box }
body { margin: 0; background: var(--tint); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
main { max-width: 74rem; margin: 2.5rem auto; padding: 3rem 3.5rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 6px }
h1 { margin: 0; font-size: 2.1rem; line-height: 1.2; letter-spacing: -.01em }
h2 { margin: 2.6rem 0 .9rem; font-size: 1.25rem; border-bottom: 2px solid var(--accent); padding-bottom: .3rem }
h3 { margin: 1.6rem 0 .3rem; font-size: 1.05rem }
p { margin: .25rem 0 }
.kicker { color: var(--accent); font-weight: 600; text-transform: uppercase; letter-spacing: .08em; font-size: .78rem }
.sub, .advice, footer { color: var(--soft) }
.figures { display: flex; flex-wrap: wrap; gap: .8rem; list-style: none; margin: 1.8rem 0 0; padding: 0 }
.figures li { flex: 1 1 9rem; padding: .9rem 1.1rem; background: var(--tint); border-radius: 6px;
  border: 1px solid var(--line) }
.figures b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums }
.figures span { color: var(--soft); font-size: .85rem }
.wide { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem }
th, td { padding: .5rem .45rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
thead th { color: var(--soft); font-weight: 600; font-size: .8rem; vertical-align: bottom; white-space: normal }
.verdict { white-space: normal; min-width: 6rem }
th:first-child, .verdict, thead th:last-child { text-align: left }
tbody tr:nth-child(even) { background: var(--tint) }
.good, .mixed, .bad { display: inline-block; padding: .05rem .55rem; border-radius: 1rem; font-size: .82rem;
  font-weight: 600; border: 1px solid }
.good { color: #17603a; background: #e8f5ed; border-color: #b9dec8 }
.mixed { color: #7a4d00; background: #fff4dc; border-color: #ecd39b }
.bad { color: #97201b; background: #fdeceb; border-color: #efbcb8 }
article { margin-bottom: 1.2rem }
ol { margin: .4rem 0; padding-left: 1.3rem }
li { margin-bottom: .9rem }
.figures li { margin: 0 }
code { font: .86em ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--tint); padding: .05em .3em;
  border-radius: 3px }
dl { display: grid; grid-template-columns: 12rem 1fr; gap: .45rem 1.2rem; margin: 0 }
p + dl { margin-top: .7rem }
dt { font-weight: 600 }
dd { margin: 0; color: var(--soft) }
footer { margin-top: 2.6rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .85rem }
@media (max-width: 44rem) { main { margin: 0; padding: 1.5rem; border: 0 } dl { grid-template-columns: 1fr } }
@media print {
  @page { size: A4; margin: 14mm 12mm }
  body { background: none; font-size: 10.5pt }
  main { max-width: none; margin: 0; padding: 0; border: 0 }
  th, td { padding: .3rem .2rem }
  table, thead th, td .good, td .mixed, td .bad { font-size: 7pt; padding-left: .15rem; padding-right: .15rem }
  .verdict { min-width: 0 }
  .wide { overflow: visible }
  article, tr, .definitions { break-inside: avoid }
  h2, h3 { break-after: avoid }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact }
}
"""
