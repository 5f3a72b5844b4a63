import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { CsrfObservation } from '../../src/experiments/csrf/observation.ts'
import { realRun } from '../testing/real-run.ts'

realRun(
  'a browser forges requests that the cookie lets pass, and none that change something past the check',
  { timeout: 300_000 },
  async ({ run }) => {
    const { code } = await run.start('--scenarios', 'csrf', '--strategies', 'session-memory').ended
    expect(code).toBe(0)
    const [experiment] = run.results().experiments ?? []
    expect(experiment).toMatchObject({ id: 'csrf', complete: true, void: 0, broken: [], notDone: [] })
    const lines = readFileSync(join(run.latest(), 'experiments', 'csrf.ndjson'), 'utf8')
      .trim()
      .split('\n')
    const observations = lines
      .map((line) => JSON.parse(line))
      .flatMap(({ type, value }): CsrfObservation[] => (type === 'observation' ? [value] : []))
    const accepted = (sameSite: string, defence: string) =>
      observations.flatMap((each) =>
        each.kind === 'attack' && each.sameSite === sameSite && each.defence === defence && each.accepted
          ? [`${each.attacker}: ${each.attack}`]
          : [],
      )
    const gets = ['sibling: link', 'sibling: image']
    const sibling = ['sibling: form post', 'sibling: fetch', ...gets, 'sibling: login']
    const otherSite = ['link', 'login'].map((attack) => `other site: ${attack}`)
    expect(accepted('lax', 'cookie alone')).toEqual([...otherSite, ...sibling])
    expect(accepted('none', 'cookie alone')).toEqual([
      ...['form post', 'fetch', 'link', 'image', 'login'].map((attack) => `other site: ${attack}`),
      ...sibling,
    ])
    expect(accepted('lax', 'origin check')).toEqual(['other site: link', ...gets])
    // The two names are what they are taken for, and what the user asks for is done.
    const sites = observations.flatMap((each) =>
      each.kind === 'attack' ? [`${each.attacker} ${each.site}`] : [],
    )
    expect([...new Set(sites)].sort()).toEqual([
      'other site cross-site',
      'other site null',
      'sibling null',
      'sibling same-site',
    ])
    expect(observations.filter((each) => each.kind === 'own' && !each.accepted)).toEqual([])
    run.expectNothingLeft([])
  },
)
