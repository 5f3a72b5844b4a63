import { expect, test } from 'vitest'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import type { LinksObservation } from './links/observation.ts'
import { links } from './links.ts'

const strategies = [
  { ...fakeStrategy({ id: 'none', state: 'none' }).info, family: 'baseline' as const },
  { ...fakeStrategy({ id: 'token', state: 'stateless' }).info, title: 'The token' },
]

const REPETITIONS = [0, 1, 2, 3, 4, 5]
const page = (change: Partial<LinksObservation>): LinksObservation => ({
  link: '3g',
  strategy: 'token',
  roles: null,
  way: 'http2-bearer',
  requests: 40,
  start: 'cold',
  repetition: 0,
  milliseconds: 800,
  upBytes: 16_000,
  downBytes: 4000,
  ...change,
})

/** 40 requests on a 3G uplink of 768 kbit/s: 20 and 166.7 ms of bytes, and two round trips. */
const OBSERVED = REPETITIONS.flatMap((repetition) => [
  page({ repetition, milliseconds: 780 + repetition }),
  page({ repetition, strategy: 'none', upBytes: 1920, milliseconds: 630 + repetition }),
  page({ repetition, link: null, milliseconds: 10 }),
  page({ repetition, link: null, strategy: 'none', milliseconds: 10 }),
])

test('what a credential adds is told against the page of the same repetition without one', () => {
  const { figures } = links.analyse(OBSERVED, strategies)
  const added = figures.find(({ id }) => id === 'page.added')
  expect(added).toMatchObject({
    subject: 'token',
    params: { link: '3g', requests: 40, way: 'http2-bearer' },
    estimate: { value: 150, low: 150, high: 150, rounds: 6 },
  })
  expect(figures.filter(({ subject }) => subject === 'none')).toEqual([])
})

test('the model is bytes over rate, round trips, and what the page takes without a link', () => {
  const { figures, answer } = links.analyse(OBSERVED, strategies)
  const of = (id: string) => figures.find((figure) => figure.id === id)?.estimate.value
  const bytesMs = (16_000 * 8) / 768 + (100 * 8) / 1600
  expect(of('page.model')).toBeCloseTo(10 + 2 * 300 + bytesMs)
  expect(of('page.error')).toBeCloseTo((10 + 600 + bytesMs) / 782.5 - 1)
  expect(answer.join(' ')).toMatch(
    /3G: to a page of 40 requests over HTTP\/2, credentials add The token \+150 ms exact/,
  )
})

test('pages of an interrupted run that have nothing to be compared with are left out', () => {
  expect(links.analyse(OBSERVED.slice(0, 1), strategies).figures).toEqual([])
})

test('what ended first is not told first', () => {
  const infos = [
    ...strategies,
    { ...fakeStrategy({ id: 'session', state: 'stateful' }).info, title: 'A session' },
  ]
  const others = OBSERVED.filter(({ strategy }) => strategy === 'token')
  const observed = [
    ...others.map((each) => ({ ...each, strategy: 'session' })),
    ...others.map((each) => ({ ...each, roles: 100 })),
    ...OBSERVED,
  ]
  const { tables = [], charts } = links.analyse(observed, infos)
  expect(tables[0]?.rows.map((row) => row[2])).toEqual(['The token', 'The token, 100 roles', 'A session'])
  expect(charts[0]?.kind === 'bars' ? charts[0].rows.map(({ label }) => label) : []).toEqual([
    '3G, The token',
    '3G, The token, 100 roles',
    '3G, A session',
  ])
})
