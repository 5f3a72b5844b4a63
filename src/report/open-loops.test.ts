import { expect, test } from 'vitest'
import type { Results } from '../results/results.ts'
import { ALL_FAKE_SCENARIOS, type FakeScenario } from '../testing/fake-loads.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { groupsOf } from './groups/group.ts'
import type { Block, Section } from './model.ts'
import { renderCharts } from './registry.ts'
import { chartsOf } from './sections/charts.ts'
import { decisionSection } from './sections/decision.ts'
import { detailsSection } from './sections/details.ts'
import { differencesSection } from './sections/differences.ts'
import { methodSection } from './sections/method.ts'
import { noiseSection } from './sections/noise.ts'
import { terminalReporter } from './terminal/terminal.ts'

const run = (...scenarios: readonly FakeScenario[]) => fakeResults({ scenarios })
const everything = run(...ALL_FAKE_SCENARIOS)
const tablesOf = (section: Section | null) =>
  (section?.blocks ?? []).flatMap((block) => (block.kind === 'table' ? [block.table] : []))
const headsOf = (results: Results) =>
  tablesOf(decisionSection(results)).map(({ columns }) => columns.map(({ title }) => title))
const listed = (section: Section | null) =>
  (section?.blocks ?? []).flatMap((block: Block) => (block.kind === 'list' ? block.items : [])).join('\n')

test('points are told apart in words', () => {
  expect(groupsOf(everything).map(({ title }) => title)).toEqual([
    'Verify a credential',
    'Same arrival rate for all, open loop (at 50 % of what the slowest serves)',
    'Same arrival rate for all, open loop (at 80 % of what the slowest serves)',
    'Highest rate within the latency limit, open loop',
    ...[20, 40, 60, 70, 80, 90].map(
      (load) => `Latency against load, open loop (at ${load} % of what each serves)`,
    ),
  ])
})

test('every kind of load has a decision table of its own, and a curve has none', () => {
  const paced = ['Strategy', 'Arrival rate', 'Latency p50', 'Latency p99', 'Service time p99', 'Send lag p99']
  expect(headsOf(everything).slice(1)).toEqual([
    [...paced, 'Server CPU'],
    [...paced, 'Server CPU'],
    ['Strategy', 'Highest rate within the limit', 'Revokes', 'After logout'],
  ])
})

test('a nearer percentile takes the place of one for which rounds hold too few requests', () => {
  const summary = everything.summary.filter(({ metric }) => !/^(latency|service|lag)\.p99$/.test(metric))
  expect(headsOf({ ...everything, summary })[1]).toEqual([
    'Strategy',
    'Arrival rate',
    'Latency p50',
    'Latency p90',
    'Service time p50',
    'Server CPU',
  ])
})

test('the best comes first below the baseline: the shortest wait, the highest rate', () => {
  const order = tablesOf(decisionSection(everything)).map(({ rows }) =>
    rows.map(([cell]) => (cell?.kind === 'text' ? cell.text : '')),
  )
  for (const titles of order.slice(1)) {
    expect(titles.slice(0, 2)).toEqual(['No authentication', 'Session in memory'])
    expect(titles.at(-1)).toBe('JWT ES256 (jose)')
  }
})

test('charts show each thing once: cost and sizes in the closed loop, one curve for all its points', () => {
  const ids = chartsOf(everything).map(({ charts }) => charts.map(({ id }) => id))
  expect(ids.slice(1)).toEqual([
    ...['0-5', '0-8'].map((load) =>
      ['latency', 'spectrum', 'rounds', 'ratio-latency-p99', 'ratio-latency-p50'].map(
        (name) => `${name}-iso-load-load-${load}`,
      ),
    ),
    ['rate-slo', 'rounds-slo', 'ratio-slo-rate-slo'],
    ['curve-of-latency-p99'],
  ])
  const [first] = chartsOf(run('iso-load')).map(({ charts }) => charts.map(({ id }) => id))
  expect(first?.[0]).toBe('cost-iso-load-load-0-5')
})

test('a curve draws every strategy from its lowest rate to its highest, with intervals', () => {
  const [chart] = chartsOf(run('curve')).flatMap(({ charts }) => charts)
  if (chart?.kind !== 'curve') throw new Error('no curve')
  expect(chart.rows.map(({ points }) => points.length)).toEqual(chart.rows.map(() => 6))
  for (const { points } of chart.rows) {
    const rates = points.map(({ x }) => x.value)
    expect(rates).toEqual(rates.toSorted((a, b) => a - b))
    expect(points.every(({ estimate }) => estimate.low !== null)).toBe(true)
  }
  const file = renderCharts(run('curve')).find((each) => each.file === `charts/${chart.id}.svg`)
  expect(file?.svg).toMatch(/<title [^>]+>Latency p99 against arrival rate \(6 rounds\)<\/title>/)
  expect(file?.svg.match(/<circle /g)).toHaveLength(8 * 6)
})

test('the upright bars of a curve reach from the lower end of the interval to the upper', () => {
  const results = run('curve')
  const heights = (low: number, high: number) => {
    const summary = results.summary.map((row) =>
      row.metric === 'latency.p99' ? { ...row, estimate: { value: 1000, low, high, rounds: 6 } } : row,
    )
    const [, bars = ''] =
      /stroke-width="5"[^>]*>(.*?)<\/g>/s.exec(renderCharts({ ...results, summary })[0]?.svg ?? '') ?? []
    return [...bars.matchAll(/d="M[\d.]+,([\d.]+)L[\d.]+,([\d.]+)"/g)].map(
      ([, from, to]) => Number(from) - Number(to),
    )
  }
  const [up, down, both] = [heights(1000, 2000), heights(500, 1000), heights(500, 2000)]
  expect(both).toHaveLength(8 * 6)
  for (const bars of [up, down, both]) expect(Math.min(...bars)).toBeGreaterThan(1)
})

test('the terminal draws a curve as one line per strategy with the numbers of both ends', () => {
  const text = terminalReporter.render(run('curve'), { details: true })
  expect(text).toMatch(
    /^Session in Redis +[▁-█]{6} {2}0\.45 \[0\.43, 0\.47\] {2}4\.86 \[4\.66, 5\.07\] {3}7,130$/m,
  )
  expect(text).not.toContain('Ranking in tiers')
})

test('service time is drawn beside the latency of an open loop, and only there', () => {
  const spectra = chartsOf(everything).flatMap(({ charts }) =>
    charts.flatMap((chart) => (chart.kind === 'spectrum' ? [chart] : [])),
  )
  expect(spectra.map(({ rows }) => rows[0]?.service.length)).toEqual([0, 12, 12])
  expect(spectra.map(({ description }) => description.includes('dashed'))).toEqual([false, true, true])
  const dashed = renderCharts(everything).filter(({ svg }) => svg.includes('stroke-dasharray="4 3"'))
  expect(dashed.map(({ file }) => file)).toEqual([
    'charts/spectrum-iso-load-load-0-5.svg',
    'charts/spectrum-iso-load-load-0-8.svg',
  ])
})

test('rounds of the other checkout are a row of their own, and in nothing else', () => {
  const base = everything.rounds
    .filter(({ arm }) => arm === 'main')
    .map((row) => ({
      ...row,
      arm: 'base' as const,
      values: row.values.map((each) => ({ ...each, value: 1 })),
    }))
  const results = { ...everything, rounds: [...everything.rounds, ...base] }
  const labels = chartsOf(results).flatMap(({ charts }) =>
    charts.flatMap((chart) => (chart.kind === 'strip' ? [chart.rows.map(({ label }) => label)] : [])),
  )
  for (const row of labels) {
    expect(row.slice(0, 3)).toEqual([
      'No authentication',
      'No authentication, A/A twin',
      'No authentication, base',
    ])
  }
  const others = (from: Results) =>
    renderCharts(from).filter(({ file }) => !file.startsWith('charts/rounds-'))
  expect(others(results)).toEqual(others(everything))
})

test('a curve has one table: a row per strategy, a column per load', () => {
  const table = tablesOf(detailsSection(run('curve')))
  expect(table.map(({ columns, rows }) => [columns.map(({ title }) => title), rows.length])).toEqual([
    [['Strategy', ...[20, 40, 60, 70, 80, 90].map((load) => `at ${load} %`)], 8],
  ])
})

test('nothing is ranked where every strategy has a rate of its own', () => {
  const text = JSON.stringify(differencesSection(run('curve')))
  expect(text).toContain('The run compares no strategies')
  expect(text).not.toContain('Ranking')
})

test('sizes and counts are compared once, not under every load', () => {
  const metrics = tablesOf(differencesSection(everything))
    .filter(({ caption }) => caption.startsWith('Against'))
    .map(({ rows }) => rows.flatMap(([cell]) => (cell?.kind === 'text' ? [cell.text] : [])))
  expect(metrics.map((titles) => titles.includes('Request head'))).toEqual([true, false, false, false])
  expect(metrics[3]).toEqual(['Highest rate within the limit'])
})

test('the method names schedule, connections, windows and limits of the open loop, if there is one', () => {
  const text = listed(methodSection(everything))
  expect(text).toContain('a Poisson schedule (exponential gaps, as independent users give)')
  expect(text).toContain('over 64 connections')
  expect(text).toContain('4 windows of 250 ms each')
  expect(text).toContain('trials of 300 ms')
  expect(text).toContain('The windows of an open loop are short (250 ms and 300 ms)')
  const { config } = everything
  expect(listed(methodSection({ ...everything, config: { ...config, arrivals: 'constant' } }))).toContain(
    'a constant schedule (equal gaps)',
  )
  expect(listed(methodSection(run('verify')))).not.toMatch(/open loop|Poisson/)
  expect(listed(methodSection(run('iso-load')))).not.toContain('6 windows of 250 ms')
})

test('a check that fails in several scenarios is one row that names them', () => {
  const check = {
    id: 'pacing',
    strategy: 'session-redis',
    warnLimit: 0.01,
    invalidLimit: 0.05,
    outcome: 'warn' as const,
  }
  const checks = [
    { ...check, scenario: 'iso-load', cells: 2, value: 0.012, sentence: '98.8 % was sent.' },
    { ...check, scenario: 'curve', cells: 3, value: 0.04, sentence: '96 % was sent.' },
  ]
  const { validity } = everything
  const [table] = tablesOf(noiseSection({ ...everything, validity: { ...validity, checks } })).slice(1)
  expect(table?.rows.map((row) => row.map((cell) => (cell.kind === 'text' ? cell.text : '')))).toEqual([
    ['pacing', 'warn', 'Session in Redis', 'iso-load, curve', '5', '96 % was sent.'],
  ])
})

test('the noise of several loads is a range, with what each is judged by in its own table', () => {
  const comparisons = everything.comparisons.map((each) =>
    each.scenario === 'iso-load' && each.metric === 'latency.p99' ? { ...each, band: 1.2 } : each,
  )
  expect(terminalReporter.render({ ...everything, comparisons }, { details: true })).toContain(
    '±6.3 % to ±20 %, by scenario and load',
  )
})

test('of many reasons why a run is invalid the first are listed and the others counted', () => {
  const reasons = Array.from({ length: 40 }, (_, index) => `reason ${index}`)
  const validity = { ...everything.validity, verdict: 'invalid' as const, reasons }
  const text = terminalReporter.render({ ...everything, validity }, { details: true })
  expect(text).toContain('- reason 11.\n- And 28 reasons more, in results.json.')
  expect(text).not.toContain('reason 12.')
})

test('a rate that a search was not allowed to pass is not shown as what the server can do', () => {
  const results = run('slo')
  const rates = results.rounds.filter(({ metric, arm }) => metric === 'slo.rate' && arm === 'main')
  const highest = Math.max(...rates.flatMap(({ values }) => values.map(({ value }) => value)))
  const textOf = (maxRate: number) =>
    JSON.stringify(decisionSection({ ...results, config: { ...results.config, maxRate } }))
  expect(textOf(highest)).toMatch(
    /† Not the most that the server can do: no rate above [\d,]+ requests per second was tried/,
  )
  expect(textOf(highest * 2)).not.toContain('†')
  expect(JSON.stringify(decisionSection(results))).not.toContain('†')
})
