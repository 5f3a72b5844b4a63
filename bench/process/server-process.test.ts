import { afterEach, expect, it } from 'vitest'
import { DEFAULT_TOKEN_PROFILE } from '../../servers/tokens/default-profile.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import type { Subject } from '../run/equipment.ts'
import { OWN_SERVERS, startServerProcess } from './server-process.ts'

let subject: Subject | undefined
afterEach(() => subject?.stop())

it('a server that needs an auth server gets one of its own, which ends with it', async () => {
  subject = await startServerProcess(
    {
      strategy: 'jwt-jwks',
      keys: await generateKeys(),
      token: DEFAULT_TOKEN_PROFILE,
      keyPrefix: '',
      ttlSeconds: 60,
      transport: 'bearer',
      redisUrl: null,
      port: 0,
      authServer: { core: null },
    },
    OWN_SERVERS,
    null,
    new AbortController().signal,
  )
  const { origin = '', readCpu } = subject.authServer ?? {}
  const before = await readCpu?.()
  const [credential] = await subject.issue(['alice'])
  const reply = await fetch(`${subject.origin}/me`, { headers: { authorization: `Bearer ${credential}` } })
  expect(reply.status).toBe(200)
  const after = await readCpu?.()
  expect(after?.mainUs).toBeGreaterThan(before?.mainUs ?? Number.POSITIVE_INFINITY)
  await subject.assertAlive()
  expect((await fetch(`${origin}/jwks`)).status).toBe(200)

  await subject.stop()
  for (const gone of [subject.origin, origin]) await expect(fetch(gone)).rejects.toThrow()
  await expect(subject.assertAlive()).rejects.toMatchObject({ code: 'CHILD_DIED' })
})
