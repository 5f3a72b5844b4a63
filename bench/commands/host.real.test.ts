import { readdirSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { realFleet } from '../testing/real-fleet.ts'

describe('a fleet with a host', { timeout: 180_000 }, () => {
  realFleet('has the servers and their Redis on a host, which stops them with the run', async ({ fleet }) => {
    await fleet.up()
    await fleet.agent('one')
    await fleet.agent('two')
    const { elsewhere, ...big } = await fleet.host()
    const { code, stderr } = await fleet.run('--host', 'big', '--strategies', 'session-redis').ended
    expect([0, 3], stderr).toContain(code)
    const strategies = new Map(fleet.cells().map((cell) => [cell.strategy, cell]))
    for (const [strategy, lookups] of [
      ['none', 0],
      ['session-redis', 1],
    ] as const) {
      const cell = strategies.get(strategy)
      if (cell === undefined || cell.state === 'failed') throw new Error(`${strategy} was not measured`)
      const requests = cell.load.slices.reduce((sum, slice) => sum + slice.requests, 0)
      expect(cell.load.slices.every(({ server }) => server !== null && server.mainUs > 0)).toBe(true)
      expect(cell.store?.commands.get ?? 0).toBe(lookups * requests)
    }
    await big.says('The servers of the run are stopped.')
    expect(readdirSync(elsewhere)).toEqual(['authbench.lock'])
    expect(await fleet.keysLeft()).toEqual([])
    expect(await fleet.stopped(big)).toBe(0)
  })

  realFleet('stops on a host what a killed run left', async ({ fleet }) => {
    await fleet.up()
    await fleet.agent('one')
    await fleet.agent('two')
    const { elsewhere, ...big } = await fleet.host()
    const killed = fleet.run('--host', 'big', '--rounds', '50')
    await killed.says('round  1/50')
    killed.child.kill('SIGKILL')
    await killed.ended
    await big.says('The servers of the run are stopped.')
    expect(readdirSync(elsewhere)).toEqual(['authbench.lock'])
  })

  realFleet('ends with what was measured when the host is gone', async ({ fleet }) => {
    await fleet.up()
    await fleet.agent('one')
    await fleet.agent('two')
    const big = await fleet.host()
    const running = fleet.run('--host', 'big', '--rounds', '50')
    await running.says('round  1/50')
    big.child.kill('SIGKILL')
    expect(await running.ended).toMatchObject({ code: 3, stderr: expect.stringMatching(/HOST_LOST/) })
    expect(fleet.cells().length).toBeGreaterThan(0)
    expect(await fleet.keysLeft()).toEqual([])
  })
})
