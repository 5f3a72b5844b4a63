import { expect, test } from 'vitest'
import { ALL_FAKE_SCENARIOS } from '../../testing/fake-loads.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_TITLE, hostileStrategies } from '../../testing/fake-strategies.ts'
import { chartsOf } from '../sections/charts.ts'
import { chartCsv } from './chart-csv.ts'

const charts = chartsOf(fakeResults({ scenarios: ALL_FAKE_SCENARIOS })).flatMap((group) => group.charts)

test('every chart has its data, a value for each thing drawn', () => {
  expect(new Set(charts.map(({ kind }) => kind)).size).toBeGreaterThan(4)
  for (const chart of charts) {
    const [head = '', ...records] = chartCsv(chart).trimEnd().split('\r\n')
    expect(records.length).toBeGreaterThanOrEqual(chart.rows.length)
    for (const record of records)
      if (!record.includes('"')) expect(record.split(',')).toHaveLength(head.split(',').length)
  }
})

test('a title that a spreadsheet would run is text', () => {
  const [chart] = chartsOf(fakeResults({ strategies: hostileStrategies() })).flatMap((group) => group.charts)
  if (chart === undefined) throw new Error('no chart')
  const row = { ...chart.rows[0], label: `=${HOSTILE_TITLE}` }
  expect(chartCsv({ ...chart, rows: [row] } as typeof chart)).toContain("'=")
})
