import { expect, test } from 'vitest'
import { fakeStrategy } from '../testing/fake-subjects.ts'
import type { CsrfObservation } from './csrf/observation.ts'
import { csrf } from './csrf.ts'

const { info } = fakeStrategy({ id: 'session-redis', state: 'stateful', needs: ['redis'] })

type AttackObservation = Extract<CsrfObservation, { kind: 'attack' }>

const attack = (accepted: boolean, changes: Partial<AttackObservation> = {}): AttackObservation => ({
  kind: 'attack',
  strategy: 'session-redis',
  sameSite: 'lax',
  defence: 'cookie alone',
  attacker: 'sibling',
  attack: 'form post',
  site: 'same-site',
  accepted,
  ...changes,
})

test('forged requests are counted of all that were tried, for each setting and attacker', () => {
  const { figures, answer, broken } = csrf.analyse(
    [
      attack(true),
      attack(false, { attack: 'fetch json', site: null }),
      attack(false, { attacker: 'other site', site: 'cross-site' }),
      attack(false, { defence: 'origin check' }),
    ],
    [info],
  )
  expect(figures).toMatchObject([
    {
      id: 'forged',
      subject: 'session-redis',
      params: { sameSite: 'lax', from: 'sibling' },
      estimate: { value: 1, rounds: 2 },
    },
    { params: { from: 'other site', defence: 'cookie alone' }, estimate: { value: 0, rounds: 1 } },
    { params: { defence: 'origin check' }, estimate: { value: 0, rounds: 1 } },
  ])
  expect(answer[0]).toContain('1 of 3 with SameSite=Lax')
  expect(answer[1]).toContain('origin check 0 of 1 posts')
  expect(broken).toEqual([])
})

test('a forged post that passes a check breaks a promise; a GET that changes something is no matter of the check', () => {
  const broken = (changes: Partial<AttackObservation>) =>
    csrf.analyse([attack(true, { defence: 'csrf token', ...changes })], [info]).broken
  expect(broken({})).toHaveLength(1)
  expect(broken({ attack: 'link' })).toEqual([])
})

test('what was not tried has no column, and a link that arrives logged out is told', () => {
  const own = (accepted: boolean): CsrfObservation => ({
    kind: 'own',
    strategy: 'session-redis',
    sameSite: 'strict',
    defence: 'cookie alone',
    request: 'link from elsewhere',
    accepted,
  })
  const { tables, answer } = csrf.analyse([attack(true, { sameSite: 'strict' }), own(false)], [info])
  expect(tables?.[0]?.columns.map(({ title }) => title)).toEqual(['What is sent', 'SameSite=Strict'])
  expect(tables?.[0]?.rows.at(-1)).toEqual(['link from another site, arrives logged in', '0 of 1'])
  expect(answer.join()).toContain('arrives logged out in 1 of 1')
})
