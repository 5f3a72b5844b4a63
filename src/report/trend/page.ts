import type { Trend, TrendChange } from '../../analysis/trend.ts'
import { METRIC_INFOS } from '../../metrics/registry.ts'
import type { Estimate } from '../../results/estimate.ts'
import {
  commonScale,
  estimateText,
  formatChange,
  formatCount,
  formatInstant,
  formatQuantity,
  type Scale,
} from '../../units.ts'
import { escapeHtml, proseHtml } from '../html/escape.ts'
import { STYLE } from '../html/style.ts'
import { THEME } from '../svg/theme.ts'
import { lineSvg } from './line.ts'

/** Newest first; older ones are in the lines. */
const CHANGES_LISTED = 40

/** Files that lie beside the page. */
export interface TrendLinks {
  readonly report: string
  readonly history: string
}

const OWN_STYLE = `
.trend :is(th, td) { vertical-align: middle }
.trend td svg { width: 15rem; max-width: none }
.trend td.better { color: var(--good) } .trend td.worse { color: var(--bad) }
.changes li { margin: 0.5rem 0 }
.changes b.better { color: var(--good) } .changes b.worse { color: var(--bad) }`

const metricTitle = (metric: string): string => METRIC_INFOS.find(({ id }) => id === metric)?.title ?? metric

const subjectText = ({ strategy, scenario, params }: Trend): string =>
  [strategy, scenario, ...Object.entries(params).map(([name, value]) => `${name} ${value}`)].join(', ')

const shiftText = ({ ratio, from, to }: TrendChange, { counted, unit }: Trend): string =>
  counted || ratio === null
    ? `${formatQuantity(from, unit)} became ${formatQuantity(to, unit)}`
    : formatChange(ratio)

const commitText = (commit: string | null): string =>
  commit === null ? 'an unknown commit' : commit.slice(0, 12)

const worldOf = ({ world }: Trend): string => (world === null ? '' : `, where ${world}`)

function changeHtml(trend: Trend, change: TrendChange): string {
  const { at, after, runs, verdict } = change
  const where =
    at.commit !== null && at.commit === after.commit
      ? `at the same commit ${commitText(at.commit)}: something else changed`
      : `between ${commitText(after.commit)} and ${commitText(at.commit)}`
  return (
    `<li><b class="${verdict}">${verdict}</b> ${escapeHtml(metricTitle(trend.metric))} of ${escapeHtml(subjectText(trend))}: ` +
    `<b>${proseHtml(shiftText(change, trend))}</b> since ${escapeHtml(formatInstant(at.startedAt))}, ` +
    `${formatCount(runs, 'run')} so far; ${escapeHtml(where)}. <span class="muted">${escapeHtml(trend.machine + worldOf(trend))}</span></li>`
  )
}

function changesHtml(trends: readonly Trend[]): string {
  const all = trends
    .flatMap((trend) => trend.changes.map((change) => ({ trend, change })))
    .sort((a, b) => Date.parse(b.change.at.startedAt) - Date.parse(a.change.at.startedAt))
  if (all.length === 0) return '<p>No number that is followed went to another level.</p>'
  const more = all.length - CHANGES_LISTED
  return (
    `<ul class="changes">${all
      .slice(0, CHANGES_LISTED)
      .map(({ trend, change }) => changeHtml(trend, change))
      .join('\n')}</ul>` +
    (more > 0 ? `<p class="muted">And ${more} older ones, in the lines below.</p>` : '')
  )
}

const newestOf = ({ points }: Trend): Estimate => {
  const { value, low, high } = points.at(-1) ?? { value: 0, low: null, high: null }
  return { value, low, high, rounds: 0 }
}

function rowHtml(trend: Trend, scale: Scale): string {
  const last = trend.changes.at(-1)
  const { value, interval } = estimateText(newestOf(trend), trend.unit, { scale })
  return (
    `<tr><th scope="row">${escapeHtml(subjectText(trend))}</th><td>${lineSvg(trend)}</td>` +
    `<td class="number"><span class="value">${escapeHtml(value)}</span> <span class="interval">${escapeHtml(interval)}</span></td>` +
    (last === undefined
      ? '<td class="muted">–</td>'
      : `<td class="${last.verdict}">${proseHtml(shiftText(last, trend))} since ${escapeHtml(last.at.startedAt.slice(0, 10))}</td>`) +
    '</tr>'
  )
}

function metricHtml(trends: readonly Trend[]): string {
  const [first] = trends
  if (first === undefined) return ''
  const scale = commonScale(first.unit, trends.map(newestOf))
  return (
    `<h3>${escapeHtml(metricTitle(first.metric))} <span class="unit">${escapeHtml(scale.label)}, ${first.better} is better</span></h3>` +
    `<div class="table" tabindex="0" role="group" aria-label="${escapeHtml(metricTitle(first.metric))}"><table class="trend"><thead><tr><th scope="col">Strategy, scenario</th><th scope="col">Runs, oldest first</th>` +
    `<th scope="col" class="number">Newest</th><th scope="col">Last change of level</th></tr></thead><tbody>${trends.map((trend) => rowHtml(trend, scale)).join('\n')}</tbody></table></div>`
  )
}

function machineHtml(trends: readonly Trend[], index: number): string {
  const [first] = trends
  if (first === undefined) return ''
  const runs = new Set(trends.flatMap(({ points }) => points.map(({ run }) => run)))
  const metrics = [...Map.groupBy(trends, ({ metric }) => metric).values()]
  return (
    `<section id="machine-${index}"><h2>${escapeHtml(first.machine)}</h2>` +
    `<p>Profile ${escapeHtml(first.profile + worldOf(first))}, ${formatCount(runs.size, 'run')}.</p>${metrics.map(metricHtml).join('\n')}</section>`
  )
}

/** One page that needs no network and no script: what changed, then a line for every number, machine by machine. */
export function trendPage(trends: readonly Trend[], links: TrendLinks): string {
  const machines = [
    ...Map.groupBy(trends, ({ machine, profile, world }) =>
      JSON.stringify([machine, profile, world]),
    ).values(),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>authbench: trend</title>
<style>${THEME}${STYLE}${OWN_STYLE}</style>
</head>
<body>
<header><h1>What changed from run to run</h1></header>
<main>
<section id="changes"><h2>Changes of level, newest first</h2>
<p class="note">A level is at least five runs of one machine that differ from up to twenty before them: exact rank-sum test, p at most 0.005 over all places of the line. What is counted, and was the same in every round, changes with one run. The interval is that of the ratio of the levels, 95 %.</p>
${changesHtml(trends)}
<p><a href="${escapeHtml(links.report)}">The newest report</a> · <a href="${escapeHtml(links.history)}">Every number, as JSON lines</a></p></section>
${machines.map(machineHtml).join('\n')}
<p class="note">Dots: runs, with 95 % intervals over their rounds. Grey: the median of a level. Ring: where a new level begins. Each line has a scale of its own.</p>
</main>
</body>
</html>
`
}
