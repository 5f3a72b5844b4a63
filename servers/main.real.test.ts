import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FromServer, ToServer } from './messages.ts'
import { answerTo, forked } from './testing/forked.ts'
import { testKeys } from './testing/test-deps.ts'
import { DEFAULT_TOKEN_PROFILE } from './tokens/default-profile.ts'

const init: Extract<ToServer, { type: 'init' }> = {
  type: 'init',
  strategy: 'jwt-hs256-fast',
  keys: await testKeys(),
  token: DEFAULT_TOKEN_PROFILE,
  ttlSeconds: 60,
  transport: 'bearer',
  redisUrl: null,
  keyPrefix: 'test:',
  folder: '',
  authServer: null,
  port: 0,
}

const spawnServer = () => forked(join(import.meta.dirname, 'main.ts'))
const ask = (child: ChildProcess, message: ToServer) => answerTo<ToServer, FromServer>(child, message)

async function start(child: ChildProcess): Promise<string> {
  const reply = await ask(child, init)
  if (reply.type !== 'ready') throw new Error(JSON.stringify(reply))
  return `http://127.0.0.1:${reply.port}`
}

async function subjectOf(url: string, credential: string): Promise<unknown> {
  const reply = await fetch(url, { headers: { authorization: `Bearer ${credential}` } })
  return JSON.parse(await reply.text()).sub
}

test('a server listens, issues, answers, tells its usage, and stops when it is told to', async () => {
  const child = spawnServer()
  const url = await start(child)
  const subjects = Array.from({ length: 40 }, (_, index) => `user-${index}`)
  const issued = await ask(child, { type: 'issue', subjects })
  if (issued.type !== 'issued') throw new Error(JSON.stringify(issued))
  const replies = await Promise.all(
    issued.credentials.map((credential) => subjectOf(`${url}/me`, credential)),
  )
  expect(replies).toEqual(subjects)

  const usage = await ask(child, { type: 'usage' })
  expect(usage).toMatchObject({ type: 'usage', userUs: expect.any(Number), systemUs: expect.any(Number) })

  // The connections that fetch keeps alive do not hold it up.
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a server goes when its parent does', async () => {
  const child = spawnServer()
  await start(child)
  child.disconnect()
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a server whose parent was killed leaves no folder, and ends though its strategy does not', async () => {
  const place = mkdtempSync(join(tmpdir(), 'authbench-main-'))
  const [folder, file] = [join(place, 'own'), join(place, 'hangs.mjs')]
  mkdirSync(folder)
  const example = JSON.stringify(join(import.meta.dirname, 'examples/hmac-ticket.ts'))
  writeFileSync(
    file,
    `const { default: example } = await import(${example})
     export default { ...example, id: 'hangs', open: async (deps) => ({ ...(await example.open(deps)), close: () => new Promise(() => {}) }) }`,
  )
  const child = spawnServer()
  expect(await ask(child, { ...init, strategy: 'hangs', file, folder })).toMatchObject({ type: 'ready' })
  child.disconnect()
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(existsSync(folder)).toBe(false)
  rmSync(place, { recursive: true })
})

test('a server leaves Ctrl-C to its parent', async () => {
  const child = spawnServer()
  const url = await start(child)
  child.kill('SIGINT')
  expect(await ask(child, { type: 'usage' })).toMatchObject({ type: 'usage' })
  expect((await fetch(`${url}/health`)).status).toBe(200)
})

test('a server that cannot start says why, and answers on', async () => {
  const child = spawnServer()
  expect(await ask(child, { type: 'issue', subjects: ['x'] })).toMatchObject({ code: 'SERVER_NOT_STARTED' })
  expect(await ask(child, { ...init, strategy: 'constructor' })).toMatchObject({
    type: 'failed',
    code: 'UNKNOWN_STRATEGY',
    message: "there is no strategy 'constructor'",
  })
})

test('a clock that is stopped shows one moment, until it is told another', async () => {
  const child = spawnServer()
  const url = await start(child)
  const issued = await ask(child, { type: 'issue', subjects: ['alice'] })
  const [credential = ''] = issued.type === 'issued' ? issued.credentials : []
  expect(await subjectOf(`${url}/me`, credential)).toBe('alice')
  const now = Date.now()
  expect(await ask(child, { type: 'stop-clock', at: now + 3_600_000 })).toEqual({ type: 'clock-stopped' })
  expect(await subjectOf(`${url}/me`, credential)).toBeUndefined()
  await ask(child, { type: 'stop-clock', at: now })
  expect(await subjectOf(`${url}/me`, credential)).toBe('alice')
  child.kill('SIGTERM')
  await once(child, 'exit')
})
