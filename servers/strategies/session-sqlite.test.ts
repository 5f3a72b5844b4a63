import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Authenticator } from '../contract.ts'
import { testDeps } from '../testing/test-deps.ts'
import { sessionSqlite } from './session-sqlite.ts'

let folder: string
let now: number
let open: Authenticator[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authbench-sqlite-'))
  now = Date.UTC(2030, 0, 1)
  open = []
})

afterEach(async () => {
  await Promise.all(open.map((sessions) => sessions.close()))
  await rm(folder, { recursive: true })
})

async function openSessions(): Promise<Authenticator> {
  const sessions = await sessionSqlite.open(await testDeps({ folder, now: () => now }))
  open.push(sessions)
  return sessions
}

function rows(sql = 'SELECT count(*) AS value FROM session'): unknown {
  const database = new DatabaseSync(join(folder, 'sessions.db'))
  try {
    return database.prepare(sql).get()?.value
  } finally {
    database.close()
  }
}

test('two servers share one file: what one writes or deletes, the other sees at once', async () => {
  const [one, two] = [await openSessions(), await openSessions()]
  const own = await one.issue('me')
  expect(await two.verify(own)).toMatchObject({ sub: 'me' })
  await two.revoke(own)
  expect(await one.verify(own)).toBeNull()
})

test('a file that somebody else is writing is read, and written when it is free again', async () => {
  const sessions = await openSessions()
  const own = await sessions.issue('me')
  const writer = new DatabaseSync(join(folder, 'sessions.db'))
  writer.exec('BEGIN IMMEDIATE')
  expect(await sessions.verify(own)).toMatchObject({ sub: 'me' })
  expect(() => sessions.issue('me')).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
  expect(() => sessions.revoke(own)).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
  writer.exec('COMMIT')
  writer.close()
  await sessions.revoke(own)
  expect(await sessions.verify(own)).toBeNull()
  expect(await sessions.verify(await sessions.issue('me'))).not.toBeNull()
})

test('sessions outlive the server', async () => {
  const own = await (await openSessions()).issue('me')
  await open.pop()?.close()
  expect(await (await openSessions()).verify(own)).toMatchObject({ sub: 'me' })
})

test('a logout everywhere ends the sessions of one subject', async () => {
  const sessions = await openSessions()
  const own = [await sessions.issue('me'), await sessions.issue('me')]
  const other = await sessions.issue('other')
  await sessions.revokeAll?.('me')
  expect(await Promise.all([...own, other].map((credential) => sessions.verify(credential)))).toMatchObject([
    null,
    null,
    { sub: 'other' },
  ])
})

test('logins remove what has expired, a few at a time, and nothing that has not', async () => {
  const sessions = await openSessions()
  for (let login = 0; login < 10; login++) await sessions.issue('before')
  now += 59_999
  await sessions.issue('me')
  expect(rows()).toBe(11)
  now += 1
  await sessions.issue('me')
  expect(rows()).toBe(8)
  for (let login = 0; login < 5; login++) await sessions.issue('me')
  expect(rows("SELECT count(*) AS value FROM session WHERE subject = 'before'")).toBe(0)
  expect(rows()).toBe(7)
})

test('tells the size of its database, whatever its log still holds', async () => {
  const sessions = await openSessions()
  for (let login = 0; login < 50; login++) await sessions.issue('user-0000000')
  const before = (await sessions.storeBytes?.()) ?? 0
  const logBytes = statSync(join(folder, 'sessions.db-wal')).size
  await sessions.fill?.(2000)
  const grown = ((await sessions.storeBytes?.()) ?? 0) - before
  // A row and its places in three indexes.
  expect(grown / 2000).toBeGreaterThan(200)
  expect(grown / 2000).toBeLessThan(400)
  // With the log, which is empty afterwards, it would seem to have shrunk.
  expect(logBytes).toBeGreaterThan(grown)
  expect(before + grown).toBe(statSync(join(folder, 'sessions.db')).size)
})

test('is filled with rows of the same size', async () => {
  const sessions = await openSessions()
  await sessions.issue('user-0000000')
  await sessions.fill?.(12_345)
  expect(rows()).toBe(12_346)
  expect(
    rows('SELECT count(DISTINCT length(name) + length(subject) + length(claims)) AS value FROM session'),
  ).toBe(1)
})
