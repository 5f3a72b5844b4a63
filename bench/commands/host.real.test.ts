import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished } from 'vitest'
import { resultsSchema } from '../../src/results/results.ts'
import { type RealFleet, realFleet } from '../testing/real-fleet.ts'

const SERVERS = fileURLToPath(new URL('../../servers', import.meta.url))
const EXAMPLE = join(SERVERS, 'examples/hmac-ticket.ts')
const ENDPOINT = `
const { createServer } = require('node:http')
const server = createServer(({ headers }, response) =>
  response.writeHead(headers.authorization === undefined ? 401 : 200).end('{}'))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

/** Microseconds, of all windows. */
const serverCpu = (fleet: RealFleet, strategy: string): number =>
  fleet
    .cells()
    .flatMap((cell) => (cell.strategy === strategy && cell.state !== 'failed' ? cell.load.slices : []))
    .reduce((sum, { server }) => sum + (server?.mainUs ?? 0), 0)

describe('a fleet with a host', { timeout: 180_000 }, () => {
  realFleet('has the servers and their Redis on a host, which stops them with the run', async ({ fleet }) => {
    const { elsewhere, ...big } = await fleet.withHost()
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
    const { elsewhere, ...big } = await fleet.withHost()
    const killed = fleet.run('--host', 'big', '--rounds', '50')
    await killed.says('round  1/50')
    killed.child.kill('SIGKILL')
    await killed.ended
    await big.says('The servers of the run are stopped.')
    expect(readdirSync(elsewhere)).toEqual(['authbench.lock'])
  })

  realFleet('is left in peace when the run is interrupted', async ({ fleet }) => {
    const big = await fleet.withHost()
    const running = fleet.run('--host', 'big', '--rounds', '50')
    await running.says('round  1/50')
    expect(await fleet.stopped(running)).toBe(130)
    await big.says('The servers of the run are stopped.')
    expect(fleet.cells().length).toBeGreaterThan(0)
  })

  realFleet('ends with what was measured when the host is gone', async ({ fleet }) => {
    const big = await fleet.withHost()
    const running = fleet.run('--host', 'big', '--rounds', '50')
    await running.says('round  1/50')
    big.child.kill('SIGKILL')
    expect(await running.ended).toMatchObject({ code: 3, stderr: expect.stringMatching(/HOST_LOST/) })
    expect(fleet.cells().length).toBeGreaterThan(0)
    expect(await fleet.keysLeft()).toEqual([])
  })

  realFleet(
    'runs there the strategies of the user that it was given, beside an endpoint of others',
    async ({ fleet }) => {
      const endpoint = spawn(process.execPath, ['-e', ENDPOINT], { stdio: ['ignore', 'pipe', 'inherit'] })
      onTestFinished(() => void endpoint.kill())
      const [port] = await once(endpoint.stdout.setEncoding('utf8'), 'data')
      const big = await fleet.withHost('--strategy', EXAMPLE)
      const at = (name: string) => join(fleet.folder, name)
      writeFileSync(at('changed.ts'), readFileSync(EXAMPLE, 'utf8').replaceAll("'../", `'${SERVERS}/`))
      writeFileSync(at('credentials'), 'one\ntwo\n')
      const asked = (file: string) =>
        fleet.run(
          ...['--host', 'big', '--strategy', file, '--strategies', 'none,hmac-ticket'],
          ...['--target', `http://127.0.0.1:${Number(port)}/`, '--credentials', at('credentials')],
        ).ended
      expect(await asked(at('changed.ts'))).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/another file for the strategy hmac-ticket.*STRATEGY_NOT_ON_HOST/s),
      })
      const { code, stderr } = await asked(EXAMPLE)
      expect([0, 3], stderr).toContain(code)
      for (const strategy of ['hmac-ticket', 'target'])
        expect(serverCpu(fleet, strategy), strategy).toBeGreaterThan(0)
      const { environment } = resultsSchema.parse(
        JSON.parse(readFileSync(at('out/latest/results.json'), 'utf8')),
      )
      expect(environment).toMatchObject({ host: 'big', target: { processes: [{ pid: endpoint.pid }] } })
      expect(await fleet.stopped(big)).toBe(0)
    },
  )
})
