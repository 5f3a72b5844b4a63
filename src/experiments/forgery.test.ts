import { expect, test } from 'vitest'
import type { ForgeryObservation } from './forgery/observation.ts'
import { forgery } from './forgery.ts'

const cell = (
  accepted: readonly string[],
  changes: Partial<ForgeryObservation> = {},
): ForgeryObservation => ({
  library: 'jose',
  version: '6.2.18',
  configuration: 'readme',
  key: 'HS256',
  attack: 'type',
  sent: 8,
  accepted: [...accepted],
  ...changes,
})

test('what was accepted is counted over all keys, for each library, configuration and kind', () => {
  const { figures, answer, tables } = forgery.analyse(
    [
      cell(['typ "JWT"']),
      cell(['typ "JWT"', 'typ ""'], { key: 'RS256' }),
      cell([], { configuration: 'ours' }),
      cell([], { attack: 'unsigned', sent: 18 }),
    ],
    [],
  )
  expect(figures).toMatchObject([
    {
      subject: 'jose',
      label: 'jose 6.2.18',
      params: { attack: 'unsigned' },
      estimate: { value: 0, rounds: 18 },
    },
    { params: { configuration: 'readme', attack: 'type' }, estimate: { value: 3, rounds: 16 } },
    { params: { configuration: 'ours', attack: 'type' }, estimate: { value: 0, rounds: 8 } },
  ])
  expect(answer[0]).toContain('0 of 18')
  expect(answer[1]).toContain('jose 6.2.18 3 of 34 (1 kind)')
  // Nothing to tell of a configuration that accepted nothing.
  expect(tables?.map(({ rows }) => rows)).toEqual([
    [['jose 6.2.18', '3 of 34, 1 kind', 'not tried, 0 kinds', '0 of 8, 0 kinds']],
    [
      ['J01 alg "none" in any case', '0 of 18'],
      ['J12 other or missing typ', '3 of 16'],
    ],
  ])
})

test('a promise is broken where the own checks accept one, whatever libraries accept by themselves', () => {
  const broken = (changes: Partial<ForgeryObservation>) =>
    forgery.analyse([cell(['typ ""'], changes)], []).broken
  expect(broken({ configuration: 'ours' })).toEqual([
    'The checks of these servers with jose and HS256 accepted (J12): typ ""',
  ])
  expect(broken({ configuration: 'options' })).toEqual([])
})
