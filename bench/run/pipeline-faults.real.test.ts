import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { commandOf, processesOf, realRun } from '../testing/real-run.ts'

// Runs whose servers die, and strategies of the user that do not do what they should.

const LIMIT_MS = 240_000

realRun(
  'fails the cell of a server that is killed, with the cause, and finishes the run',
  { timeout: LIMIT_MS },
  async ({ run }) => {
    const running = run.start(
      '--strategies',
      'none,jwt-hs256-fast,session-redis',
      '--scenarios',
      'verify',
      '--rounds',
      '2',
    )
    const pids = await processesOf(running)
    const victim = pids.find((pid) => commandOf(pid).includes('servers/main'))
    if (victim === undefined) throw new Error('no server')
    process.kill(victim, 'SIGKILL')
    const { code } = await running.ended
    expect(code).not.toBe(130)
    const cells = run.cells()
    expect(cells.filter(({ state }) => state === 'failed')).toEqual([
      expect.objectContaining({
        round: 0,
        error: { code: 'CHILD_DIED', message: expect.stringContaining('SIGKILL') },
      }),
    ])
    expect(cells.filter(({ round, attempt }) => round === 1 && attempt === 0)).toHaveLength(4)
    run.expectNothingLeft(pids)
  },
)

realRun(
  'fails the cells of strategies of the user that do not do what they should, and says why',
  { timeout: LIMIT_MS },
  async ({ run }) => {
    const sound = join(import.meta.dirname, '../../servers/examples/hmac-ticket.ts')
    const files = Object.entries({
      throws: `async open() { throw Object.assign(new Error('no licence found'), { code: 'NO_LICENCE' }) }`,
      hangs: `async open(deps) { const own = await base.open(deps); let asked = 0
      return { ...own, verify: (c) => ++asked > 10 ? new Promise(() => {}) : own.verify(c) } }`,
      // One request on each connection is the least of a window: with this each, they are above the size from which growth counts.
      leaks: `async open(deps) { const own = await base.open(deps); const kept = []
      return { ...own, verify(c) { kept.push(Buffer.alloc(3_000_000, 1)); return own.verify(c) } } }`,
      lets: `async open(deps) { const own = await base.open(deps)
      return { ...own, verify: async (c) => (await own.verify(c)) ?? { sub: 'anybody', claims: {} } } }`,
    }).map(([id, open]) => {
      const path = join(run.folder, `${id}.mjs`)
      writeFileSync(
        path,
        `import base from ${JSON.stringify(sound)}; export default { ...base, id: '${id}', title: '${id}', ${open} }`,
      )
      return path
    })
    const running = run.start(
      ...['--strategies', 'none', '--scenarios', 'verify'],
      ...[...files, sound].flatMap((file) => ['--strategy', file]),
    )
    await running.ended
    const cells = run.firstAttempts()
    const state = (id: string) => cells.find(({ strategy }) => strategy === id)
    expect(state('throws')).toMatchObject({ error: { code: 'NO_LICENCE', message: 'no licence found' } })
    expect(state('hangs')).toMatchObject({ state: 'failed' })
    expect(state('lets')).toMatchObject({
      error: { code: 'STRATEGY_BROKE_CONTRACT', message: expect.stringContaining('no credential') },
    })
    const leak = state('leaks')
    const found = leak?.state === 'invalid' ? leak.checks.filter(({ outcome }) => outcome === 'invalid') : []
    expect(found.map(({ id }) => id)).toContain('memory')
    expect(['completed', 'invalid']).toContain(state('hmac-ticket')?.state)
  },
)
