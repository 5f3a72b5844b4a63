import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'services serve users of another one, with nobody to ask where keys are public, and forge only where they share a secret',
  { timeout: 180_000 },
  async ({ run }) => {
    const chosen = ['jwt-hs256', 'jwt-es256', 'jwt-jwks', 'introspection', 'session-redis']
    const { code } = await run.start('--scenarios', 'another-server', '--strategies', chosen.join()).ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    expect(experiment).toMatchObject({ id: 'another-server', complete: true, void: 0, broken: [] })
    const count = (subject: string, id: string, params: Readonly<Record<string, string>>) => {
      const found = experiment?.figures.find(
        (figure) =>
          figure.subject === subject &&
          figure.id === id &&
          Object.entries(params).every(([name, value]) => figure.params[name] === value),
      )
      return [found?.estimate.value, found?.estimate.rounds]
    }
    const inPhase = (id: string, phase: string) => chosen.map((subject) => count(subject, id, { phase })[0])
    expect(inPhase('served', 'others')).toEqual([20, 20, 20, 20, 20])
    expect(inPhase('calls', 'again')).toEqual([0, 0, 0, 20, 20])
    expect(inPhase('served', 'issuer down')).toEqual([20, 20, 20, 0, 20])
    expect(inPhase('served', 'restarted')).toEqual([10, 10, 0, 0, 10])
    expect(count('jwt-jwks', 'served', { phase: 'rotation' })).toEqual([300, 300])
    expect(count('jwt-jwks', 'served', { phase: 'flood' })).toEqual([30, 30])
    expect(count('jwt-jwks', 'fetches', {})).toEqual([3, 3])
    expect(count('jwt-hs256', 'forged', { holds: 'the secret' })).toEqual([20, 20])
    expect(count('jwt-es256', 'forged', { holds: 'public keys' })).toEqual([0, 118])
    expect(count('jwt-jwks', 'forged', { holds: 'public keys' })).toEqual([0, 118])
    expect(count('introspection', 'forged', { holds: 'a right to ask' })).toEqual([0, 20])
    expect(count('session-redis', 'forged', { holds: 'the store' })).toEqual([20, 20])
    run.expectNothingLeft([])
  },
)
