import { describe, expect, test } from 'vitest'
import { resultsSchema } from '../results/results.ts'
import { ALL_FAKE_SCENARIOS } from '../testing/fake-loads.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { hostileStrategies, manyStrategies } from '../testing/fake-strategies.ts'
import { FORMATS } from './formats.ts'
import { escapeHtml } from './html/escape.ts'
import { SCRIPT } from './html/script.ts'
import { REPORTERS, renderCharts } from './registry.ts'
import { chartsOf } from './sections/charts.ts'

const NOTHING = {
  strategies: [],
  scenarios: [],
  metrics: [],
  summary: [],
  comparisons: [],
  spectra: [],
  rounds: [],
  probes: [],
  claims: [],
  findings: [],
  noise: {},
}

test('formats and files are named once', () => {
  expect(REPORTERS.map(({ id }) => id)).toEqual(FORMATS)
  expect(REPORTERS.map(({ id, file }) => `${id}: ${file}`)).toEqual([
    'terminal: null',
    'markdown: report.md',
    'summary: summary.md',
    'html: report.html',
    'json: results.json',
    'csv: results.csv',
    'github-benchmark-smaller: null',
    'github-benchmark-bigger: null',
    'bmf: null',
    'benchfmt: null',
    'junit: null',
    'openmetrics: null',
  ])
})

test.each(REPORTERS.map((reporter) => [reporter.id, reporter] as const))(
  '%s copes with any run',
  (_id, reporter) => {
    const run = fakeResults()
    const runs = [
      { ...run, ...NOTHING },
      fakeResults({ rounds: 1 }),
      fakeResults({ strategies: run.strategies.slice(0, 1) }),
      fakeResults({ strategies: run.strategies.slice(1) }),
      { ...run, comparisons: [], spectra: [], rounds: [] },
      { ...run, metrics: run.metrics.filter(({ id }) => id.startsWith('bytes')) },
      ...ALL_FAKE_SCENARIOS.flatMap((id) => {
        const all = fakeResults({ scenarios: [id] })
        return [
          fakeResults({ scenarios: [id], rounds: 1 }),
          fakeResults({ scenarios: [id], strategies: run.strategies.slice(0, 1) }),
          fakeResults({ scenarios: [id], strategies: run.strategies.slice(1) }),
          { ...all, comparisons: [], spectra: [], rounds: [] },
          { ...all, summary: all.summary.filter(({ metric }) => metric.startsWith('bytes')) },
          { ...all, summary: all.summary.filter(({ metric }) => !metric.startsWith('latency')) },
        ]
      }),
    ]
    for (const results of runs) {
      const text = reporter.render(results, {}).replace(SCRIPT, '')
      expect(text.length).toBeGreaterThan(reporter.isBlind ? 1 : 50)
      if (reporter.id !== 'json') expect(text).not.toMatch(/\bNaN\b|undefined|\[object|Infinity/)
    }
  },
)

test.each(REPORTERS.map((reporter) => [reporter.id, reporter] as const))(
  '%s is the same every time',
  (_id, reporter) => {
    expect(reporter.render(fakeResults(), {})).toBe(reporter.render(fakeResults(), {}))
  },
)

test('json is the results, valid against their schema', () => {
  const json = REPORTERS.find(({ id }) => id === 'json')?.render(fakeResults(), {}) ?? ''
  expect(resultsSchema.parse(JSON.parse(json))).toEqual(fakeResults())
})

test('scenarios and parameters are kept apart, under their own headings and file names', () => {
  const run = fakeResults()
  const both = <T>(items: readonly T[]) =>
    [10, 100].flatMap((connections) => items.map((item) => ({ ...item, params: { connections } })))
  const results = {
    ...run,
    summary: both(run.summary),
    comparisons: both(run.comparisons),
    spectra: both(run.spectra),
    rounds: both(run.rounds),
  }
  const files = renderCharts(results).map(({ file }) => file)
  expect(new Set(files).size).toBe(files.length)
  expect(files).toContain('charts/cost-verify-connections-10.svg')
  const html = REPORTERS.find(({ id }) => id === 'html')?.render(results, {}) ?? ''
  expect(html).toContain('<h3>Verify a credential (connections 100)</h3>')
})

test('the band that a forest shades is the one that judges', () => {
  for (const { charts } of chartsOf(fakeResults())) {
    for (const chart of charts.filter((each) => each.kind === 'forest')) {
      const { low = 0, high = 0 } = chart.band ?? {}
      expect(low).toBeCloseTo(1 / high, 12)
      for (const { ratio, shown } of chart.rows)
        expect((ratio.low ?? 0) > high || (ratio.high ?? 0) < low, chart.id).toBe(shown)
    }
  }
})

test('a chart file stands alone: title, description, colours for light and dark, nothing loaded', () => {
  const charts = renderCharts(fakeResults())
  expect(charts.map(({ file }) => file)).toEqual([
    'charts/tradeoff-verify.svg',
    'charts/cost-verify.svg',
    'charts/throughput-verify.svg',
    'charts/latency-verify.svg',
    'charts/request-head-verify.svg',
    'charts/spectrum-verify.svg',
    'charts/rounds-verify.svg',
    'charts/ratio-cpu-server-verify.svg',
    'charts/ratio-throughput-verify.svg',
    'charts/ratio-latency-p50-verify.svg',
    'charts/ratio-latency-p99-verify.svg',
  ])
  for (const { svg } of charts) {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(svg).toMatch(/role="img"/)
    expect(svg).toMatch(/<title id="[^"]+">[^<]+<\/title><desc id="[^"]+">[^<]+<\/desc>/)
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:\/\/|<script|<image|NaN|Infinity/,
    )
  }
})

describe('charts of 35 strategies', () => {
  const strategies = manyStrategies()
  const results = fakeResults({ strategies, scenarios: ALL_FAKE_SCENARIOS })
  const charts = renderCharts(results)
  const isSmall = ({ file }: { file: string }) => /spectrum|curve/.test(file)
  const namesIn = (svg: string) =>
    strategies.filter(({ title }) => svg.includes(escapeHtml(title).slice(0, 16))).length

  test('name every one of them, by family', () => {
    // The picture of the first screen names whom its answer is about.
    const large = charts.filter((chart) => !isSmall(chart) && !chart.file.includes('tradeoff'))
    expect(large.length).toBeGreaterThan(15)
    for (const { file, svg } of large) {
      expect(namesIn(svg), file).toBeGreaterThanOrEqual(34)
      for (const family of ['SESSIONS', 'TOKENS', 'REVOCABLE TOKENS', 'TOKENS AND AUTH SERVER'])
        expect(svg, file).toContain(`>${family}<`)
    }
  })

  test('that have no room for all show the first of each family, and say how many more there are', () => {
    const small = charts.filter(isSmall)
    expect(small.length).toBe(4)
    for (const { file, svg } of small) {
      expect(svg, file).toMatch(
        /Drawn: the first of each family in the decision table, .*; \d\d more are in results\.json\./,
      )
      for (const title of [
        'No authentication',
        'Session in memory',
        'Session in Redis',
        'JWT HS256 (fast-jwt)',
      ])
        expect(svg, file).toContain(`>${title}<`)
      expect(namesIn(svg), file).toBeLessThan(16)
    }
    const ids = new Set(results.spectra.map(({ strategy }) => strategy))
    expect(ids.size).toBe(35)
  })

  test('sort the members of a family, best first', () => {
    const cost = chartsOf(results)[0]?.charts[0]
    if (cost?.kind !== 'bars') throw new Error('no cost chart')
    const families = Map.groupBy(cost.rows, ({ group }) => group)
    expect([...families.keys()]).toEqual([
      'Sessions',
      'Tokens',
      'Revocable tokens',
      'Tokens and auth server',
      'Own endpoint',
    ])
    for (const rows of families.values()) {
      const values = rows.map(({ segments }) => segments[0]?.estimate.value ?? 0)
      expect(values).toEqual(values.toSorted((a, b) => a - b))
    }
  })
})

test('a hostile title is text in a chart', () => {
  for (const { svg } of renderCharts(fakeResults({ strategies: hostileStrategies() }))) {
    expect(svg).not.toContain('<script')
  }
})
