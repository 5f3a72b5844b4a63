import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findProgram } from '../../../servers/process/find-program.ts'
import { freePort } from '../../../servers/process/free-port.ts'
import { startHaproxy } from './haproxy.ts'

const program = findProgram(['haproxy'])

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'authbench haproxy '))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

it.skipIf(program === null)('takes another port when somebody was faster', async () => {
  const taken = await freePort()
  const other = createServer()
  onTestFinished(() => void other.close())
  await new Promise<void>((resolve) => other.listen(taken, '127.0.0.1', resolve))
  const ports = [taken, await freePort()]
  const wanted = ports[1]
  const balancer = await startHaproxy(
    program ?? '',
    await temporary(),
    { balance: 'round robin', slots: 1 },
    async () => ports.shift() ?? 0,
  )
  onTestFinished(() => balancer.stop())
  expect(balancer.origin).toBe(`http://127.0.0.1:${wanted}`)
  expect(balancer.product).toMatch(/^HAProxy \d/)
})

it('fails at once with a program that ends', async () => {
  const start = startHaproxy('/bin/false', await temporary(), { balance: 'round robin', slots: 1 })
  await expect(start).rejects.toMatchObject({ code: 'HAPROXY_FAILED', exitCode: 3 })
})
