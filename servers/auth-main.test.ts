import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FromAuthServer, ToAuthServer } from './auth-server/messages.ts'
import { answerTo, forked } from './testing/forked.ts'
import { testKeys } from './testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from './tokens/default-profile.ts'

const spawnAuthServer = () => forked(join(import.meta.dirname, 'auth-main.ts'))
const ask = (child: ChildProcess, message: ToAuthServer) =>
  answerTo<ToAuthServer, FromAuthServer>(child, message)

test('an auth server listens, rotates its keys, tells its usage, and stops when it is told to', async () => {
  const child = spawnAuthServer()
  expect(await ask(child, { type: 'rotate keys' })).toMatchObject({ code: 'AUTH_SERVER_MISUNDERSTOOD' })
  const { RS256 } = await testKeys()
  const ready = await ask(child, {
    type: 'init',
    keys: { RS256 },
    token: DEFAULT_TOKEN_PROFILE,
    ttlSeconds: 60,
    redisUrl: null,
    keyPrefix: '',
    port: 0,
  })
  if (ready.type !== 'ready') throw new Error(JSON.stringify(ready))
  const kids = async () => {
    const { keys } = JSON.parse(await (await fetch(`${ready.address.origin}/jwks`)).text())
    return keys.map(({ kid }: { kid: string }) => kid)
  }
  const [first] = await kids()
  expect(await ask(child, { type: 'rotate keys' })).toEqual({ type: 'rotated' })
  // Published, and not yet its turn.
  expect(await kids()).toEqual([first, expect.any(String)])
  expect(await ask(child, { type: 'usage' })).toMatchObject({ userUs: expect.any(Number) })
  child.kill('SIGINT')
  expect(await kids()).toHaveLength(2)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('an auth server goes when its parent does', async () => {
  const child = spawnAuthServer()
  await ask(child, { type: 'usage' })
  child.disconnect()
  expect(await once(child, 'exit')).toEqual([0, null])
})
