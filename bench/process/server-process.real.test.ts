import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { testKeys } from '../../servers/testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../servers/tokens/default-profile.ts'
import type { Subject } from '../run/equipment.ts'
import { newServerIdentity } from '../worlds/tls/certificate.ts'
import { OWN_SERVERS, type ServerInit, startServerProcess } from './server-process.ts'

let subject: Subject | undefined
afterEach(() => subject?.stop())

const start = async (init: Partial<ServerInit>, entry = OWN_SERVERS) =>
  startServerProcess(
    {
      strategy: 'none',
      keys: await testKeys(),
      token: DEFAULT_TOKEN_PROFILE,
      keyPrefix: '',
      ttlSeconds: 60,
      transport: 'bearer',
      redisUrl: null,
      port: 0,
      ...init,
    },
    entry,
    null,
    new AbortController().signal,
  )
const ask = (credential: string) =>
  fetch(`${subject?.origin}/me`, { headers: { authorization: `Bearer ${credential}` } })

it('a server that needs an auth server gets one of its own, which ends with it', async () => {
  subject = await start({ strategy: 'jwt-jwks', authServer: { core: null } })
  const { origin = '', readCpu } = subject.authServer ?? {}
  const before = await readCpu?.()
  const [credential = ''] = await subject.issue(['alice'])
  expect((await ask(credential)).status).toBe(200)
  const after = await readCpu?.()
  expect(after?.mainUs).toBeGreaterThan(before?.mainUs ?? Number.POSITIVE_INFINITY)
  await subject.assertAlive()
  expect((await fetch(`${origin}/jwks`)).status).toBe(200)

  await subject.stop()
  for (const gone of [subject.origin, origin]) await expect(fetch(gone)).rejects.toThrow()
  await expect(subject.assertAlive()).rejects.toMatchObject({ code: 'CHILD_DIED' })
})

it('a server tells what its requests allocate, and nothing where there are none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'authbench-allocating-'))
  const file = join(folder, 'allocating.mjs')
  // As many numbers on the heap as the credential says.
  writeFileSync(
    file,
    `export default {
      id: 'allocating', title: 'Allocating', summary: 'Allocating.', state: 'stateless', revocation: { effect: 'at-expiry' }, needs: [],
      open: () => ({
        issue: (sub) => sub + '.10',
        verify(credential) {
          const [sub, size] = credential?.split('.') ?? []
          return new Array(Number(size) || 0).fill(7).length > 0 ? { sub, claims: {} } : null
        },
        revoke() {},
        close() {},
      }),
    }`,
  )
  try {
    subject = await start({ strategy: 'allocating', file })
  } finally {
    rmSync(folder, { recursive: true })
  }
  const allocatedBy = async (credential: string, requests: number): Promise<number> => {
    const end = await subject?.measureAllocated()
    for (let index = 0; index < requests; index++) expect((await ask(credential)).status).toBe(200)
    // Null where a collection came in between: once more.
    return (await end?.()) ?? allocatedBy(credential, requests)
  }
  await allocatedBy('alice.10', 20)
  const REQUESTS = 30
  const own = 8 * 20_000 * REQUESTS
  const difference = (await allocatedBy('alice.20010', REQUESTS)) - (await allocatedBy('alice.10', REQUESTS))
  expect(difference / own).toBeGreaterThan(0.8)
  expect(difference / own).toBeLessThan(1.2)
  expect(await allocatedBy('alice.10', 0)).toBeLessThan(own / 30)
})

it('a server of a checkout from before TLS is not taken for one that speaks it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'authbench-plain-'))
  const file = join(folder, 'main.mjs')
  writeFileSync(file, `process.on('message', () => process.send({ type: 'ready', port: 1 }))`)
  await expect(start({ tls: newServerIdentity(new Date()) }, pathToFileURL(file))).rejects.toMatchObject({
    code: 'TLS_NOT_SPOKEN',
  })
  rmSync(folder, { recursive: true })
})
