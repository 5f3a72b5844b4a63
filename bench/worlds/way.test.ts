import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { layStretch, type Stretch } from './way.ts'

const asked = { roundTripMs: 1, upBitsPerSecond: null, downBitsPerSecond: null }

async function lay(before: Stretch | null): Promise<Stretch> {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const to = { host: '127.0.0.1', port: address.port }
  const stretch = await layStretch('store', to, asked, null, new AbortController().signal, before)
  onTestFinished(() => stretch.proxy.stop())
  return stretch
}

it('goes on in the same process, and in another where that one was lost', async () => {
  const first = await lay(null)
  const second = await lay(first)
  expect(second.proxy.pid).toBe(first.proxy.pid)
  process.kill(second.proxy.pid, 'SIGKILL')
  await expect(second.proxy.check()).rejects.toMatchObject({ code: 'PROXY_LOST' })
  const third = await lay(second)
  expect(third.proxy.pid).not.toBe(second.proxy.pid)
  expect((await third.proxy.check()).held).toBe(true)
})
