// In this folder: the report as one page that needs no network.

import type { ClaimResult, Finding } from '../../results/results.ts'
import { formatCount } from '../../units.ts'
import { buildReport } from '../build.ts'
import { chartCsv } from '../export/chart-csv.ts'
import type { Block, Chart, Section, State } from '../model.ts'
import type { Reporter } from '../reporter.ts'
import { withoutPreview } from '../short-form.ts'
import { inlineSvg } from '../svg/draw.ts'
import { THEME } from '../svg/theme.ts'
import { chartUnit } from '../terminal/charts.ts'
import { CLAIMS_TITLE } from '../words/phrases.ts'
import { ADVICE_STYLE, adviceHtml } from './advice.ts'
import { escapeHtml, proseHtml } from './escape.ts'
import { foldedBlocks } from './folds.ts'
import { SCRIPT, SCRIPT_HASH } from './script.ts'
import { STYLE } from './style.ts'
import { tableHtml } from './table.ts'

/** Long, and looked up rather than read. */
const FOLDED: readonly string[] = ['details', 'change-details']
/** Every claim opens there. */
const ON_THE_FIRST_SCREEN: readonly string[] = ['claims']
const STATES: Readonly<Record<State, string>> = {
  none: 'no authentication',
  stateless: 'stateless',
  stateful: 'stateful',
  hybrid: 'hybrid',
  unknown: 'own endpoint',
}

function chartHtml(chart: Chart): string {
  return (
    `<figure><figcaption><b>${escapeHtml(chart.title)}</b> <span class="unit">${escapeHtml(chartUnit(chart))}</span>` +
    `<span class="note">${proseHtml(chart.description)}${chart.kind === 'ranges' ? ' Pale bars: their intervals.' : ''}</span></figcaption>${inlineSvg(chart)}` +
    `<p class="downloads"><a download="${escapeHtml(chart.id)}.csv" href="data:text/csv;charset=utf-8,${encodeURIComponent(chartCsv(chart))}">Data (CSV)</a></p></figure>`
  )
}

const listHtml = (items: readonly string[]) =>
  `<ul>${items.map((item) => `<li>${proseHtml(item)}</li>`).join('')}</ul>`

const evidenceHtml = (evidence: readonly string[]) =>
  evidence.length === 0
    ? ''
    : `<details><summary>Evidence (${evidence.length})</summary>${listHtml(evidence)}</details>`

function claimHtml({ text, verdict, why, evidence }: ClaimResult): string {
  return (
    `<article class="claim"><p class="verdict ${verdict.replace(' ', '-')}">${verdict}</p>` +
    `<div><h3>${escapeHtml(text)}</h3><p>${proseHtml(why)}</p>${evidenceHtml(evidence)}</div></article>`
  )
}

const verdictHtml = ({ text, verdict, why, evidence }: ClaimResult) =>
  `<li><details><summary><span class="verdict ${verdict.replace(' ', '-')}">${verdict}</span> ${escapeHtml(text)}</summary>` +
  `<p>${proseHtml(why)}</p>${evidence.length === 0 ? '' : listHtml(evidence)}</details></li>`

const verdictsHtml = (claims: readonly ClaimResult[]) =>
  `<ul class="verdicts">${claims.map(verdictHtml).join('')}</ul>`

const unmeasuredHtml = (claims: readonly ClaimResult[]) =>
  claims.length === 0
    ? ''
    : `<details class="verdicts"><summary><span class="verdict not-measured">not measured</span> ${formatCount(claims.length, 'claim')}; each says what measures it</summary>${verdictsHtml(claims)}</details>`

const findingHtml = ({ severity, sentence, advice }: Finding) =>
  `<li class="${severity}">${proseHtml(sentence)}${advice === null ? '' : ` <b>${escapeHtml(advice)}</b>`}</li>`

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h3>${proseHtml(block.text)}</h3>`
    case 'text':
      return `<p class="${block.tone}">${proseHtml(block.text)}</p>`
    case 'notice':
      return `<aside class="notice ${block.tone}"><b>${escapeHtml(block.title)}</b>${listHtml(block.lines)}</aside>`
    case 'facts':
      return `<dl class="facts">${block.facts
        .map(
          ({ label, text, tone }) =>
            `<div><dt>${escapeHtml(label)}</dt><dd class="${tone}">${proseHtml(text)}</dd></div>`,
        )
        .join('')}</dl>`
    case 'found':
      return blocksHtml(block.blocks)
    case 'folded':
      return `<details${block.open ? ' open' : ''}><summary>${proseHtml(block.title)}</summary>${blocksHtml(block.blocks)}</details>`
    case 'list':
      return `<h3>${escapeHtml(block.title)}</h3>${listHtml(block.items)}`
    case 'command':
      return `<pre tabindex="0"><code>${escapeHtml(block.text)}</code></pre>`
    case 'table':
      return tableHtml(block.table)
    case 'chart':
      return chartHtml(block.chart)
    case 'claims':
      return block.claims.map(claimHtml).join('\n')
    case 'verdicts':
      return `<div class="lists"><h3 id="claims">${CLAIMS_TITLE} <span class="unit">Each opens to its reasons.</span></h3>${verdictsHtml(block.judged)}${unmeasuredHtml(block.unmeasured)}</div>`
    case 'advice':
      return adviceHtml(block.facts, block.command)
    case 'findings':
      return `<ul class="findings">${block.findings.map(findingHtml).join('')}</ul>`
    default:
      return block satisfies never
  }
}

/** Neighbouring charts share a grid. */
function blocksHtml(blocks: readonly Block[]): string {
  const parts: string[] = []
  let charts: string[] = []
  const flush = () => {
    if (charts.length > 0) parts.push(`<div class="charts">${charts.join('\n')}</div>`)
    charts = []
  }
  for (const block of blocks) {
    if (block.kind === 'chart') {
      charts.push(blockHtml(block))
      continue
    }
    flush()
    parts.push(blockHtml(block))
  }
  flush()
  return parts.join('\n')
}

function statesOf(block: Block): readonly State[] {
  if (block.kind === 'folded') return block.blocks.flatMap(statesOf)
  if (block.kind === 'chart') return block.chart.rows.map(({ state }) => state)
  if (block.kind !== 'table') return []
  return block.table.rows.flat().flatMap((cell) => (cell.kind === 'text' ? (cell.state ?? []) : []))
}

function legendHtml(blocks: readonly Block[]): string {
  const states = new Set(blocks.flatMap(statesOf))
  const items = Object.entries(STATES).flatMap(([state, text]) =>
    [...states].some((each) => each === state) ? [`<span class="state ${state}">${text}</span>`] : [],
  )
  return items.length === 0 || (states.size === 1 && states.has('unknown'))
    ? ''
    : `<p class="legend">${items.join(' ')}</p>`
}

/** The picture with the meaning of its colours, beside it what a reader chooses from, below both the rest. */
function firstScreenHtml({ title, blocks }: Section, advice: Section | undefined): string {
  const picture = blocks.findIndex(({ kind }) => kind === 'chart')
  const [before, charts, after] =
    picture < 0
      ? [blocks, [], []]
      : [blocks.slice(0, picture), blocks.slice(picture, picture + 1), blocks.slice(picture + 1)]
  return [
    `<section id="answer"><h2>${escapeHtml(title)}</h2>`,
    blocksHtml(before),
    charts.length === 0 ? '' : `<div class="picture">${blocksHtml(charts)}${legendHtml(charts)}</div>`,
    advice === undefined ? '' : sectionHtml(advice),
    `${blocksHtml(after)}</section>`,
  ].join('\n')
}

function sectionHtml(section: Section): string {
  const { id, title } = section
  const blocks = foldedBlocks(section)
  const body = `${legendHtml(blocks)}${blocksHtml(blocks)}`
  const content = FOLDED.includes(id) ? `<details><summary>Show all tables</summary>${body}</details>` : body
  return `<section id="${id}"><h2>${escapeHtml(title)}</h2>\n${content}</section>`
}

export const htmlReporter: Reporter = {
  id: 'html',
  file: 'report.html',
  render(results) {
    const { title, sections: all } = buildReport(results)
    const sections = all
      .filter(({ id }) => !ON_THE_FIRST_SCREEN.includes(id))
      .map((section) => withoutPreview(section, ['table', 'found']))
    const links = sections
      .filter(({ id }) => id !== 'answer')
      .map(({ id, title }) => `<a href="#${id}">${escapeHtml(title)}</a>`)
    const nav = `<nav aria-label="Contents">${links.join(' ')}</nav>`
    const advice = sections.find(({ id }) => id === 'advice')
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${SCRIPT_HASH}'">
<title>${escapeHtml(`authbench: ${results.run.id}`)}</title>
<style>${THEME}${STYLE}${ADVICE_STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(title)}</h1></header>
<main>
${sections
  .filter(({ id }) => id !== 'advice')
  .map((section) =>
    section.id === 'answer' ? `${firstScreenHtml(section, advice)}\n${nav}` : sectionHtml(section),
  )
  .join('\n')}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`
  },
}
