import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'sessions outlive a Redis that is away, are gone with one that lost them, and nobody is refused meanwhile',
  { timeout: 180_000 },
  async ({ run }) => {
    const { code } = await run.start('--scenarios', 'outage', '--strategies', 'session-redis').ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    expect(experiment).toMatchObject({ id: 'outage', trials: 5, complete: true, broken: [] })
    const of = (id: string) =>
      Object.fromEntries(
        (experiment?.figures ?? [])
          .filter((figure) => figure.id === id)
          .map(({ params, estimate }) => [params.fault, estimate.value]),
      )
    expect(of('logged-out')).toEqual({ killed: 0, paused: 0, slow: 0, emptied: 20, evicting: 20 })
    expect(of('revived')).toEqual({ killed: 0, paused: 0, slow: 0, emptied: 0, evicting: 0 })
    expect(of('refused-while-away')).toEqual({ killed: 0, paused: 0, slow: 0 })
    run.expectNothingLeft([])
  },
)
