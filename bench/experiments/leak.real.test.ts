import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'a copied credential works as long as its kind lets it, and only rotation and bound tokens show',
  { timeout: 180_000 },
  async ({ run }) => {
    const chosen = 'jwt-hs256-fast,jwt-dpop,session-memory,jwt-refresh'
    const { code } = await run.start('--scenarios', 'leak', '--strategies', chosen).ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    expect(experiment).toMatchObject({ id: 'leak', complete: true, void: 0, broken: [], trials: 10 })
    const minutes = (figure: string) =>
      Object.fromEntries(
        (experiment?.figures ?? []).flatMap(({ id, params, estimate }) =>
          id === figure ? [[params.theft, estimate.value]] : [],
        ),
      )
    const day = 24 * 60
    expect(minutes('works')).toEqual({
      '10 years': 3650 * day,
      '1 hour': 60,
      'access token': 5,
      'user first': 5,
      'thief first': 10,
      'user away': 30 * day,
      session: 8 * 60,
      'session, no logout': 30 * day,
      bound: 0,
    })
    expect(minutes('endless')).toMatchObject({ 'no expiry': 1, '10 years': 0 })
    expect(minutes('noticed-after')).toEqual({ 'user first': 5, 'thief first': 5, bound: 0 })
    run.expectNothingLeft([])
  },
)
