import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'libraries accept what their documentation leaves open, and nobody takes a forged token for another user',
  { timeout: 180_000 },
  async ({ run }) => {
    const { code } = await run.start('--scenarios', 'forgery').ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    // 4 libraries, 3 ways of calling them, 3 keys, 17 kinds; no weak key of ES256.
    expect(experiment).toMatchObject({ id: 'forgery', complete: true, void: 0, broken: [], trials: 600 })
    const figures = experiment?.figures ?? []
    const of = (library: string, configuration: string, attack: string) => {
      const found = figures.find(
        ({ subject, params }) =>
          subject === library && params.configuration === configuration && params.attack === attack,
      )
      return [found?.estimate.value, found?.estimate.rounds]
    }
    for (const library of ['jose', 'fast-jwt', 'jsonwebtoken', '@fastify/jwt']) {
      for (const attack of ['unsigned', 'public-key', 'payload', 'brought-key', 'key-name'])
        expect(of(library, 'readme', attack)[0]).toBe(0)
    }
    expect(of('jose', 'readme', 'party')).toEqual([0, 42])
    expect(of('fast-jwt', 'readme', 'party')).toEqual([42, 42])
    expect(of('jsonwebtoken', 'readme', 'extension')).toEqual([6, 6])
    expect(of('jsonwebtoken', 'options', 'type')).toEqual([24, 24])
    expect(of('@fastify/jwt', 'options', 'type')).toEqual([0, 24])
    expect(of('jose', 'options', 'spelling')).toEqual([42, 210])
    expect(
      figures.filter(({ params, estimate }) => params.configuration === 'ours' && estimate.value > 0),
    ).toEqual([])
    run.expectNothingLeft([])
  },
)
