import { expect, test } from 'vitest'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_NAME, renamed } from '../../testing/hostile-names.ts'
import { openmetricsReporter } from './openmetrics.ts'

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Family {
  readonly name: string
  readonly type: string
  readonly unit: string
  readonly samples: readonly Sample[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const TEXT = String.raw`(?:[^\n"\\]|\\n|\\"|\\\\)*`
const LABEL = `([a-zA-Z_][a-zA-Z0-9_]*)="(${TEXT})"`
const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\d*\.\d+)(?:e[+-]?\d+)?`
const SUFFIXES: Readonly<Record<string, string>> = { gauge: '', info: '_info', stateset: '' }
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

function labelsIn(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(new RegExp(LABEL, 'gu'))].map(
    ([, name = '', value = '']) =>
      [name, value.replaceAll(/\\([n"\\])/g, (_, escaped: string) => ESCAPES[escaped] ?? '')] as const,
  )
  if (new Set(found.map(([name]) => name)).size < found.length) throw new Error(`twice in ${text}`)
  return Object.fromEntries(found)
}

/** The ABNF of OpenMetrics 1.0 and its rules on families: metadata first, one block each, a unit ends the name, no sample twice. */
function parse(exposition: string): readonly Family[] {
  const lines = exposition.split('\n')
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('does not end with # EOF')
  const families: { name: string; type: string; unit: string; samples: Sample[] }[] = []
  for (const line of lines) {
    const family = families.at(-1)
    const [, keyword, about, rest = ''] =
      new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.*)$`, 'u').exec(line) ?? []
    if (keyword === 'TYPE') {
      if (about === undefined || families.some(({ name }) => name === about)) throw new Error(line)
      if (!(rest in SUFFIXES)) throw new Error(line)
      families.push({ name: about, type: rest, unit: '', samples: [] })
      continue
    }
    if (family === undefined) throw new Error(line)
    if (keyword !== undefined) {
      if (about !== family.name || family.samples.length > 0) throw new Error(line)
      if (keyword === 'UNIT') family.unit = rest
      if (keyword === 'UNIT' && !about.endsWith(`_${rest}`)) throw new Error(line)
      if (keyword === 'HELP' && !new RegExp(`^${TEXT}$`, 'u').test(rest)) throw new Error(line)
      continue
    }
    const [, name, text = '', value] =
      new RegExp(`^(${NAME})\\{((?:${LABEL},)*${LABEL})\\} (${NUMBER})$`, 'u')
        .exec(line)
        ?.filter((_, index, all) => index < 3 || index === all.length - 1) ?? []
    if (name !== family.name + SUFFIXES[family.type]) throw new Error(line)
    const labels = labelsIn(text)
    const key = JSON.stringify(labels)
    if (family.samples.some((sample) => JSON.stringify(sample.labels) === key)) throw new Error(line)
    family.samples.push({ name, labels, value: Number(value) })
  }
  return families
}

const read = (run = fakeResults()) => parse(openmetricsReporter.render(run, {}))
const valueIn = (families: readonly Family[], name: string, strategy: string) =>
  families.find((family) => family.name === name)?.samples.find(({ labels }) => labels.strategy === strategy)
    ?.value

test('it follows the ABNF of OpenMetrics, written down, and has every value once', () => {
  const run = fakeResults()
  const values = read(run).filter(({ name, type }) => type === 'gauge' && !/_(low|high)_/.test(name))
  expect(values.flatMap(({ samples }) => samples)).toHaveLength(run.summary.length)
})

test('values are in base units, with the ends of their intervals beside them', () => {
  const run = fakeResults()
  const { estimate } = run.summary.find(
    ({ strategy, metric }) => strategy === 'session-redis' && metric === 'cpu.server',
  ) ?? { estimate: { value: 0, low: 0, high: 0 } }
  const families = read(run)
  const of = (part: string) =>
    valueIn(families, `authbench_cpu_server${part}_seconds_per_request`, 'session-redis')
  expect(of('')).toBeCloseTo(estimate.value / 1e6, 12)
  expect(of('_low')).toBeCloseTo((estimate.low ?? 0) / 1e6, 12)
  expect(of('_high')).toBeCloseTo((estimate.high ?? 0) / 1e6, 12)
  expect(valueIn(families, 'authbench_bytes_request_head_bytes', 'session-redis')).toBe(149)
  expect(read(fakeResults({ rounds: 2 })).some(({ name }) => name.includes('_low_'))).toBe(false)
})

test('a run that cannot be trusted says so', () => {
  const run = fakeResults()
  const invalid = { ...run, validity: { ...run.validity, verdict: 'invalid' as const } }
  const states = read(invalid).find(({ type }) => type === 'stateset')?.samples ?? []
  expect(states.filter(({ value }) => value === 1).map(({ labels }) => labels.authbench_validity)).toEqual([
    'invalid',
  ])
})

test('points are told apart, and a hostile name is the value of a label', () => {
  const run = renamed(fakeResults(), 'session-redis', HOSTILE_NAME)
  const summary = [0.5, 0.8].flatMap((load) =>
    run.summary.map((row) => ({ ...row, params: { load, 'l-oad': load } })),
  )
  const labels = read({ ...run, summary }).flatMap(({ samples }) => samples.map((each) => each.labels))
  expect(new Set(labels.map(({ point }) => point))).toEqual(
    new Set([undefined, 'load=0.5,l-oad=0.5', 'load=0.8,l-oad=0.8']),
  )
  expect(labels.some(({ strategy }) => strategy === HOSTILE_NAME.toWellFormed())).toBe(true)
})
