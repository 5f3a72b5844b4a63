import { expect, test } from 'vitest'
import type { Results } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_NAME, renamed } from '../../testing/hostile-names.ts'
import { benchfmtReporter } from './benchfmt.ts'

interface Line {
  readonly name: string
  readonly values: Readonly<Record<string, number>>
}

interface Parsed {
  readonly config: Readonly<Record<string, string>>
  readonly units: Readonly<Record<string, string>>
  readonly lines: readonly Line[]
  readonly ignored: readonly string[]
}

/** Go's "Benchmark Data Format" (proposal 14313) with the unit lines of golang.org/x/perf/benchfmt. */
function parse(text: string): Parsed {
  const config: Record<string, string> = {}
  const units: Record<string, string> = {}
  const lines: Line[] = []
  const ignored: string[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    const fields = line.split(/\s+/)
    const [, key, value] = /^(\p{Ll}[^\s\p{Lu}:]*):[ \t]+(.*)$/u.exec(line) ?? []
    if (line.startsWith('Benchmark')) {
      const [name = '', iterations = '', ...rest] = fields
      if (!/^\d+$/.test(iterations) || rest.length === 0 || rest.length % 2 === 1) throw new Error(line)
      const values: Record<string, number> = {}
      for (let index = 0; index < rest.length; index += 2) {
        const [number = '', unit = ''] = rest.slice(index, index + 2)
        if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(number) || unit in values) throw new Error(line)
        values[unit] = Number(number)
      }
      lines.push({ name, values })
    } else if (fields[0] === 'Unit') {
      const [, unit = '', ...pairs] = fields
      if (unit === '' || pairs.some((pair) => !/^[^=]+=/.test(pair))) throw new Error(line)
      units[unit] = pairs.join(' ')
    } else if (key !== undefined && value !== undefined) config[key] = value
    else ignored.push(line)
  }
  return { config, units, lines, ignored }
}

const read = (run: Results = fakeResults()) => parse(benchfmtReporter.render(run, {}))

test("one line for each round and arm, by the grammar of Go's benchmark format, written down", () => {
  const run = fakeResults()
  const { lines, units, ignored } = read(run)
  expect(lines).toHaveLength(6 * (run.strategies.length + 1))
  expect(ignored).toHaveLength(1)
  const used = new Set(lines.flatMap(({ values }) => Object.keys(values)))
  expect([...used].sort()).toEqual(Object.keys(units).sort())
})

test('a line has the values of its round, in the units that benchstat scales', () => {
  const run = fakeResults()
  const row = run.rounds.find(
    ({ strategy, metric }) => strategy === 'session-redis' && metric === 'cpu.server',
  )
  const own = read(run).lines.filter(
    ({ name }) => name === 'BenchmarkAuth/scenario=verify/strategy=session-redis-2',
  )
  expect(own.map(({ values }) => values['cpu.server-sec/op'])).toEqual(
    row?.values.map(({ value }) => Number((value / 1e6).toPrecision(12))),
  )
})

test('a count is exact as long as it was the same in every round', () => {
  const run = fakeResults()
  const exact = run.metrics.find(({ id }) => id === 'bytes.request_head')
  const counted = (last: number) => ({
    ...run,
    rounds: [
      ...run.rounds,
      {
        strategy: 'none',
        arm: 'main' as const,
        scenario: 'verify',
        params: {},
        metric: exact?.id ?? '',
        values: [67, last].map((value, round) => ({ round, position: 0, value })),
      },
    ],
  })
  expect(read(counted(67)).units['bytes.request_head-B']).toBe('better=lower assume=exact')
  expect(read(counted(68)).units['bytes.request_head-B']).toBe('better=lower')
  expect(read(counted(67)).units['throughput/s']).toBe('better=higher')
})

test('what has to be equal to be compared is configuration, and the run itself is not', () => {
  const run = fakeResults()
  const later = { ...run, run: { ...run.run, id: 'later', git: null } }
  expect(read(later).config).toEqual(read(run).config)
  expect(read(run).config).toMatchObject({ cores: '2', node: 'v26.10.0', validity: 'ok' })
  expect(read({ ...run, environment: { ...run.environment, node: 'v27.0.0' } }).config).not.toEqual(
    read(run).config,
  )
})

test('a hostile name stays one part of one name, and its number is not that of the processors', () => {
  const run = renamed(fakeResults(), 'session-redis', HOSTILE_NAME)
  const hostile = {
    ...run,
    environment: { ...run.environment, cpu: `x\nBenchmarkFake 1 1 ns/op ${HOSTILE_NAME}` },
  }
  const { lines, ignored } = read(hostile)
  expect(lines).toHaveLength(6 * (run.strategies.length + 1))
  expect(ignored).toHaveLength(1)
  const names = new Set(lines.map(({ name }) => name))
  expect(names.size).toBe(run.strategies.length + 1)
  for (const name of names)
    expect(name).toMatch(/^BenchmarkAuth\/scenario=verify\/strategy=[\w.%-]+(\/arm=twin)?-2$/)
})
