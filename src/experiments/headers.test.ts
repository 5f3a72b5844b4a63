import { expect, test } from 'vitest'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import type { HeadersObservation, Spread } from './headers/observation.ts'
import { headers } from './headers.ts'

const exactly = (value: number): Spread => ({ value, least: value, most: value })
const strategies = [
  fakeStrategy({ id: 'session', state: 'stateful' }).info,
  fakeStrategy({ id: 'token', state: 'stateless' }).info,
].map((info) => ({ ...info, title: `The ${info.id}` }))

function request(
  strategy: string,
  transport: 'bearer' | 'cookie',
  credential: number,
  change: Partial<Extract<HeadersObservation, { kind: 'request' }>> = {},
): HeadersObservation {
  const again = transport === 'bearer' ? 28 + credential : 18
  return {
    kind: 'request',
    strategy,
    roles: 0,
    transport,
    samples: 5,
    status: 200,
    credential: exactly(credential),
    http1: { up: exactly(91 + credential), down: exactly(283) },
    http2: {
      first: {
        up: { value: 40 + credential, least: 39 + credential, most: 41 + credential },
        down: exactly(191),
      },
      repeated: { up: exactly(again), down: exactly(145) },
    },
    ...change,
  }
}

const OBSERVED = [
  request('session', 'bearer', 43),
  request('session', 'cookie', 43),
  request('token', 'bearer', 450),
  request('token', 'cookie', 450),
]

test('figures are exact where every credential weighed the same, a range where they did not', () => {
  const { figures } = headers.analyse(OBSERVED, strategies)
  const of = (id: string) => figures.find((each) => each.id === id && each.subject === 'token')?.estimate
  expect(of('http1.up')).toEqual({ value: 541, low: 541, high: 541, rounds: 5 })
  expect(of('http2.first.up')).toEqual({ value: 490, low: 489, high: 491, rounds: 5, isRange: true })
})

test('the answer says what is sent again, and what becomes an index', () => {
  const { answer } = headers.analyse(OBSERVED, strategies)
  expect(answer.join(' ')).toContain('134 B with a session and 541 B with a token')
  expect(answer.join(' ')).toMatch(/sent whole again \(478 B\).*becomes an index \(18 B\)/)
  expect(answer.join(' ')).not.toContain('Too large')
})

test('a cookie that is sent again is named', () => {
  const large = request('token', 'cookie', 3500, {
    roles: 100,
    http2: {
      first: { up: exactly(2840), down: exactly(191) },
      repeated: { up: exactly(2820), down: exactly(145) },
    },
  })
  const { answer } = headers.analyse([...OBSERVED, large], strategies)
  expect(answer.join(' ')).toContain(
    'Too large for that index, and sent again as a cookie as well: The token, at 100 roles.',
  )
})

test('what was not accepted says so instead of passing for a size', () => {
  const refused = request('token', 'cookie', 4500, { status: 431 })
  const { tables = [] } = headers.analyse([request('token', 'bearer', 4500), refused], strategies)
  expect(tables[0]?.rows[0]).toContain('4591, answered 431')
})
