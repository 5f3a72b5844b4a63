import { describe, expect, it } from 'vitest'
import { fakeMicro } from '../../testing/fake-micro.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { manyStrategies } from '../../testing/fake-strategies.ts'
import { buildReport } from '../build.ts'
import type { StackChart } from '../model.ts'
import { stackSection } from '../sections/stack.ts'
import { inlineSvg } from '../svg/draw.ts'
import { chartLines } from '../terminal/charts.ts'
import { plainPaint } from '../terminal/paint.ts'
import { widthOf } from '../terminal/width.ts'
import { stackChart, stacksOf } from './stack.ts'

const results = fakeResults()
const explained = { ...results, micro: fakeMicro(results) }
const estimate = (value: number) => ({ value, low: value - 1, high: value + 1, rounds: 6 })
const row = (label: string, http: number, verify: number, rest: number): StackChart['rows'][number] => ({
  label,
  state: 'stateless',
  parts: [
    { id: 'http', estimate: estimate(http) },
    { id: 'verify', estimate: estimate(verify) },
    { id: 'rest', estimate: estimate(rest) },
  ],
  total: estimate(http + verify + rest),
})
const chart = (...rows: StackChart['rows']): StackChart => ({
  kind: 'stack',
  id: 'stack',
  title: 'Stack',
  description: '',
  unit: 'us/req',
  rounds: '6 rounds',
  parts: [
    { id: 'http', name: 'HTTP' },
    { id: 'verify', name: 'verification' },
    { id: 'rest', name: 'unexplained' },
  ],
  rows,
})

describe('the chart of the cost stack', () => {
  it('has the parts of every strategy but the baseline, the cheapest first', () => {
    const drawn = stackChart(stacksOf(results, explained.micro))
    const totals = drawn?.rows.map(({ total }) => total.value) ?? []
    expect(totals).toHaveLength(results.strategies.length - 1)
    expect(totals).toEqual(totals.toSorted((a, b) => a - b))
    for (const { parts, total } of drawn?.rows ?? []) {
      expect(parts.reduce((sum, part) => sum + part.estimate.value, 0)).toBeCloseTo(total.value, 9)
    }
  })

  it('draws bars as long as their totals, also where the rest takes back', () => {
    const svg = inlineSvg(chart(row('long', 50, 30, 20), row('over', 50, 20, -30)))
    const bars = [...svg.matchAll(/<rect[^>]*height="14"[^>]*>/g)].map(([rect]) => {
      const at = (name: string) => Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(rect)?.[1])
      return { x: at('x'), end: at('x') + at('width'), y: at('y') }
    })
    expect(bars).toHaveLength(6)
    const [long = [], over = []] = [...Map.groupBy(bars, ({ y }) => y).values()]
    const zero = Math.min(...bars.map(({ x }) => x))
    const unit = (Math.max(...long.map(({ end }) => end)) - zero) / 100
    const ends = (own: typeof bars) =>
      own.map(({ x, end }) => [(x - zero) / unit, (end - zero) / unit].map(Math.round))
    expect(ends(long)).toEqual([
      [0, 50],
      [50, 80],
      [80, 100],
    ])
    // From the sum of the others back to the total.
    expect(ends(over)).toEqual([
      [0, 50],
      [50, 70],
      [40, 70],
    ])
  })

  it('has a terminal form of the same lengths, with a legend', () => {
    const lines = chartLines(chart(row('long', 50, 30, 20), row('over', 50, 20, -30)), 100, plainPaint)
    const lengths = lines.slice(0, 2).map((line) => [...line].filter((sign) => '░█·'.includes(sign)).length)
    expect(lengths).toEqual([50, 20])
    expect(lines[0]).toMatch(/░{25}█{15}·{10} {2}100\.0 \[99\.0, 101\.0\]$/)
    expect(lines.at(-1)).toContain('░ HTTP  █ verification  · unexplained')
  })

  it('stays inside of the terminal, whatever strategies are called', () => {
    const wide = chart(
      row('a strategy with a name that is longer than any column can be '.repeat(3), 50, 30, 20),
    )
    for (const columns of [60, 80, 100]) {
      for (const line of chartLines(wide, columns, plainPaint))
        expect(widthOf(line)).toBeLessThanOrEqual(columns)
    }
  })
})

describe('the section', () => {
  const textOf = (section: ReturnType<typeof stackSection>) => JSON.stringify(section)

  it('is there only where operations were measured', () => {
    expect(stackSection(results)).toBeNull()
    expect(buildReport(results).sections.map(({ id }) => id)).not.toContain('stack')
    expect(buildReport(explained).sections.map(({ id }) => id)).toContain('stack')
  })

  it('shows the operations without the stack where they do not belong to the run', () => {
    const environment = { ...results.environment, node: 'v1.0.0' }
    const section = stackSection({ ...explained, micro: { ...explained.micro, environment } })
    expect(textOf(section)).toContain('measured with another Node')
    expect(textOf(section)).toContain('Verify: one good credential')
    expect(textOf(section)).not.toContain('"kind":"stack"')
  })

  it('says what is partial and what failed', () => {
    const micro = {
      ...explained.micro,
      run: { ...explained.micro.run, partial: true },
      failures: [{ id: 'redis get', code: 'X', reason: 'the store is gone' }],
    }
    expect(textOf(stackSection({ ...explained, micro }))).toMatch(/Partial.*redis get: the store is gone\./)
  })

  it('puts many strategies in their families', () => {
    const many = fakeResults({ strategies: manyStrategies() })
    const section = stackSection({ ...many, micro: fakeMicro(many) })
    const tables = section?.blocks.flatMap((block) => (block.kind === 'table' ? [block.table] : [])) ?? []
    const verify = tables.find(({ caption }) => caption.startsWith('Verify'))
    const titles = new Set(verify?.groups)
    expect(titles.size).toBeGreaterThan(2)
    // Each family is one block.
    expect(verify?.groups?.filter((group, index, all) => group !== all[index - 1])).toHaveLength(titles.size)
  })
})
