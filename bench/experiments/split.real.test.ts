import { expect } from 'vitest'
import { realRun } from '../testing/real-run.ts'

realRun(
  'a core with keys of its own auth server serves on when Redis or that server dies, and asks neither',
  { timeout: 180_000 },
  async ({ run }) => {
    const { code } = await run.start('--scenarios', 'split', '--strategies', 'jwt-jwks').ended
    expect(code).toBe(0)
    const results = run.results()
    const [experiment] = results.experiments ?? []
    expect(experiment).toMatchObject({ id: 'split', complete: true, broken: [] })
    const figures = (experiment?.figures ?? [])
      .filter(({ unit }) => unit !== 'ms')
      .map(({ id, params, estimate }) => [id, params.gone, estimate.value])
    expect(figures).toEqual([
      ['served.reads', 'redis', 100],
      ['served.logins', 'redis', 100],
      ['new-core', 'redis', 1],
      ['served.reads', 'auth-api', 100],
      ['served.logins', 'auth-api', 0],
      ['new-core', 'auth-api', 0],
      ['io.redis-commands', undefined, 0],
      ['io.auth-calls', undefined, 0],
      ['io.redis-sockets', undefined, 0],
      ['io.auth-sockets', undefined, 1],
    ])
    expect(results.claims.find(({ id }) => id === 'split-apis')?.verdict).toBe('supported')
    run.expectNothingLeft([])
  },
)
