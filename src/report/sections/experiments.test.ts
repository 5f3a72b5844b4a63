import { expect, test } from 'vitest'
import { type ExperimentResult, experimentResultSchema } from '../../results/experiment.ts'
import { resultsSchema } from '../../results/results.ts'
import { fakeResults } from '../../testing/fake-results.ts'
import { REPORTERS, renderCharts } from '../registry.ts'

const estimate = (value: number) => ({ value, low: value * 0.9, high: value * 1.1, rounds: 200 })
const row = { label: 'JWT <b>', state: 'stateless' as const }

const EXPERIMENT: ExperimentResult = experimentResultSchema.parse({
  id: 'lag',
  title: 'From logout to refusal',
  question: 'How long is a revoked token accepted?',
  answer: ['Refused within 12 ms.'],
  figures: [
    {
      id: 'p50',
      title: 'Lag, p50',
      subject: 'jwt',
      label: 'JWT <b>',
      params: { nodes: 2 },
      unit: 'ms',
      estimate: estimate(3),
    },
    {
      id: 'p99',
      title: 'Lag, p99',
      subject: 'jwt',
      label: 'JWT <b>',
      params: { nodes: 2 },
      unit: 'ms',
      estimate: estimate(12),
    },
    {
      id: 'p50',
      title: 'Lag, p50',
      subject: 'session',
      label: 'Session',
      params: { nodes: 4 },
      unit: 'ms',
      estimate: estimate(1),
    },
  ],
  charts: [
    {
      kind: 'bars',
      id: 'bars',
      title: 'Bars',
      description: 'Drawn.',
      unit: 'ms',
      rows: [{ ...row, segments: [{ name: 'lag', estimate: estimate(3) }] }],
      references: [{ value: 5, label: 'bound' }],
    },
    {
      kind: 'curves',
      id: 'curves',
      title: 'Curves',
      description: 'Drawn.',
      unit: 'ms',
      x: { title: 'life', unit: 's', scale: 'log' },
      rows: [{ ...row, points: [1, 10, 100].map((x) => ({ x, estimate: estimate(x) })) }],
    },
    {
      kind: 'timeline',
      id: 'timeline',
      title: 'Timeline',
      description: 'Drawn.',
      unit: 'ms',
      states: [
        { id: 'up', name: 'served', tone: 'good' },
        { id: 'down', name: 'refused', tone: 'bad' },
      ],
      rows: [
        {
          ...row,
          spans: [
            { from: 0, to: 400, state: 'up' },
            { from: 400, to: 1000, state: 'down' },
          ],
        },
      ],
      events: [{ at: 400, label: 'Redis is killed' }],
    },
  ],
  broken: ['JWT was accepted for 2 s, and promises 1 s'],
  trials: 200,
  void: 3,
  voidReasons: [{ reason: 'the server died', trials: 3 }],
  complete: false,
  ended: 'It was interrupted',
  notDone: ['Chromium is missing'],
  command: 'npm run authbench -- run --scenarios lag',
})

const results = resultsSchema.parse({ ...fakeResults(), experiments: [EXPERIMENT] })

test.each(REPORTERS.filter(({ id }) => ['terminal', 'markdown', 'html'].includes(id)))(
  '$id shows question, answer, numbers, trials, what is missing and the command',
  ({ render }) => {
    const text = render(results, { details: true }).replaceAll(/\s+/g, ' ')
    for (const part of [
      'How long is a revoked token accepted?',
      'Refused within 12 ms.',
      'Lag, p99',
      '200 trials, 3 void: the server died (3)',
      'Chromium is missing',
      'promises 1 s',
      'run --scenarios lag',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).toMatch(/not complete/i)
  },
)

test.each(['terminal', 'summary'])('%s names many experiments, and tells what nobody may miss', (id) => {
  const experiments = [
    EXPERIMENT,
    ...['a', 'b'].map((own) => ({
      ...EXPERIMENT,
      id: own,
      title: `Title ${own}`,
      broken: [],
      complete: true,
    })),
  ]
  const render = REPORTERS.find((reporter) => reporter.id === id)?.render
  const two = render?.({ ...results, experiments: experiments.slice(0, 2) }, {}) ?? ''
  const three = render?.({ ...results, experiments }, {}).replaceAll(/\s+/g, ' ') ?? ''
  expect(two).toContain('Refused within 12 ms.')
  expect(three).not.toContain('Refused within 12 ms.')
  expect(three).toContain('From logout to refusal: not complete.')
  expect(three).toContain('From logout to refusal: not kept: JWT was accepted for 2 s, and promises 1 s.')
  expect(three).toMatch(
    id === 'terminal' ? /experiment-lag, experiment-a, experiment-b/ : /logout to refusal, Title a, Title b/,
  )
})

test('every kind of chart is drawn, in a file of its own', () => {
  const files = renderCharts(results).filter(({ file }) => file.startsWith('charts/lag-'))
  expect(files.map(({ file }) => file)).toEqual(
    ['bars', 'curves', 'timeline'].map((id) => `charts/lag-${id}.svg`),
  )
  for (const { svg } of files) expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  expect(files.map(({ svg }) => svg).join('')).toContain('Redis is killed')
})

test('figures are rows of the CSV', () => {
  const csv = REPORTERS.find(({ id }) => id === 'csv')?.render(results, {}) ?? ''
  expect(csv).toMatch(/^jwt,lag,.*2,p99,ms,value,,12,/m)
})
