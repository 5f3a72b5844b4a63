import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOMParser } from 'linkedom'
import { expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import type { Change } from '../../results/change.ts'
import type { Results } from '../../results/results.ts'
import { fakeConformance } from '../../testing/fake-conformance.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { HOSTILE_NAME, renamed } from '../../testing/hostile-names.ts'
import { junitReporter } from './junit.ts'

const SCHEMA = readFileSync(join(import.meta.dirname, 'fixtures/junit.xsd'), 'utf8')

/** Valid, or the test ends with what libxml2 says. */
async function read(run: Results) {
  const xml = junitReporter.render(run, {})
  const { valid, errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: xml }],
    schema: [SCHEMA],
  })
  expect(errors.map(({ rawMessage }) => rawMessage)).toEqual([])
  expect(valid).toBe(true)
  const root = new DOMParser().parseFromString(xml, 'text/xml')
  return [...root.querySelectorAll('testcase')].map((element) => ({
    suite: element.parentElement?.getAttribute('name') ?? '',
    place: element.getAttribute('classname') ?? '',
    name: element.getAttribute('name') ?? '',
    outcome: element.firstElementChild?.localName ?? 'passed',
    message: element.firstElementChild?.getAttribute('message') ?? '',
  }))
}

const change = (values: Partial<Change>): Change => ({
  strategy: 'session-redis',
  scenario: 'verify',
  params: {},
  metric: 'cpu.server',
  unit: 'us/req',
  better: 'lower',
  exact: false,
  paired: true,
  base: { value: 74.1, low: 73, high: 75, rounds: 12 },
  head: { value: 80.8, low: 80, high: 82, rounds: 12 },
  ratio: { value: 1.09, low: 1.07, high: 1.11, rounds: 12 },
  worse: { value: 1.09, low: 1.07, high: 1.11, rounds: 12 },
  confidence: 0.975,
  limit: 0.05,
  gating: true,
  p: 0.0005,
  pHolm: 0.001,
  verdict: 'regression',
  why: 'the whole interval lies above +5 %',
  ...values,
})

test('a gate is one test case, valid for libxml2 against the common schema: a regression fails, what is open is skipped', async () => {
  const run: Results = {
    ...fakeResults(),
    changes: [
      change({}),
      change({ metric: 'slo.rate', verdict: 'inconclusive', ratio: null, why: 'too few rounds' }),
      change({ strategy: 'none', verdict: 'pass' }),
      change({ metric: 'redis.commands', verdict: 'improvement', limit: 0 }),
      change({ metric: 'latency.p99', gating: false }),
    ],
  }
  const gates = (await read(run)).filter(({ suite }) => suite === 'gates')
  expect(gates.map(({ place, name, outcome }) => `${place} | ${name} | ${outcome}`)).toEqual([
    'verify.session-redis | Server CPU: 5 % | failure',
    'verify.session-redis | slo.rate: 5 % | skipped',
    'verify.none | Server CPU: 5 % | passed',
    'verify.session-redis | Redis commands: unchanged | passed',
  ])
  expect(gates[0]?.message).toBe('+9.0 % [+7.0, +11.0]')
  const head = junitReporter.render(run, {}).split('\n')[1]
  expect(head).toContain('tests="6" failures="1" errors="0" time="112"')
})

test('a validity check is one test case for all strategies: invalid is an error, unknown is skipped, a warning passes', async () => {
  const run = fakeResults()
  const [little, steal] = run.validity.checks
  if (little === undefined || steal === undefined) throw new Error('no checks')
  const checks = [
    little,
    { ...little, strategy: 'none', outcome: 'invalid' as const, sentence: 'It does not.' },
    steal,
    { ...steal, id: 'drift', outcome: 'unknown' as const },
  ]
  const cases = await read({ ...run, validity: { ...run.validity, checks } })
  expect(cases.map(({ name, outcome, message }) => `${name} ${outcome}: ${message}`)).toEqual([
    'little error: none: It does not.',
    'steal passed: ',
    `drift skipped: jwt-es256: ${steal.sentence}`,
  ])
})

test('an item of the security checklist fails where it is not as declared', async () => {
  const run = fakeResults()
  const conformance = [...fakeConformance(run.strategies, ['session-redis S01'])]
  const rows = (await read({ ...run, conformance })).filter(({ suite }) => suite === 'security checklist')
  expect(rows.length).toBeGreaterThan(50)
  expect(
    rows
      .filter(({ outcome }) => outcome !== 'passed')
      .map(({ place, name }) => `${place} ${name.slice(0, 3)}`),
  ).toEqual(['session-redis S01'])
})

test('hostile names and sentences are text, and the file stays XML', async () => {
  const run = {
    ...fakeResults(),
    changes: [change({}), change({ metric: HOSTILE_NAME, why: `]]> ${HOSTILE_NAME}` })],
  }
  const cases = await read(renamed(run, 'session-redis', HOSTILE_NAME))
  const gates = cases.filter(({ suite }) => suite === 'gates')
  expect(gates).toHaveLength(2)
  // linkedom leaves some entities in attributes as they are.
  for (const { place } of gates) expect(place).toContain('# EOF\n&lt;d&gt;&amp;\ufffd')
})

test('a run without anything to judge is an empty, valid file', async () => {
  const run = fakeResults()
  expect(await read({ ...run, validity: { ...run.validity, checks: [] } })).toEqual([])
})
