import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { type AuthStrategy, StoreUnavailableError } from '../contract.ts'
import { hashOf, ID_BYTES, nameOf, newId } from '../sessions/keeper.ts'
import { otherSubject, otherText } from '../stores/filler-text.ts'

/** More than one login adds, so that the table never grows past what is alive by much. */
const PRUNED_AT_LOGIN = 4
/** Until another process has written; requests wait as well, because the call does not return before. */
const BUSY_MS = 100
/** Rows in random order dirty most pages of an index: the fewer transactions, the less often each page is written. */
const ROWS_AT_ONCE = 10_000

/** Sixty-four MiB of cache hold the index of a million sessions; with the two of the default, writes and reads go to the file. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -65536;
  CREATE TABLE IF NOT EXISTS session (
    name TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    claims TEXT NOT NULL,
    exp INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS session_subject ON session (subject);
  CREATE INDEX IF NOT EXISTS session_exp ON session (exp);
`

/**
 * A row for each session, as in a web application that keeps its sessions in its database. SQLite runs inside the
 * server, so a lookup is a call and not a trip; every call holds up the whole process for as long as it takes.
 */
export const sessionSqlite = {
  title: 'Session in SQLite',
  summary:
    'Opaque random id, one SELECT per request by a call inside the server process; logout works at once, sessions survive a restart.',
  state: 'stateful',
  revocation: { effect: 'immediate' },
  family: 'session',
  needs: ['sqlite'],
  stores: 'one row per session: subject, claims, expiry',
  roundTrips: 0,
  cache: null,
  refreshes: false,
  exceptions: {},
  library: 'node:sqlite',
  async open({ folder, now, ttlSeconds, token }) {
    // Loaded by the servers that use it, not by every one.
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(join(folder, 'sessions.db'), { timeout: BUSY_MS })
    database.exec(SCHEMA)
    const insert = database.prepare('INSERT INTO session (name, subject, claims, exp) VALUES (?, ?, ?, ?)')
    const select = database.prepare('SELECT subject, claims FROM session WHERE name = ? AND exp > ?')
    const remove = database.prepare('DELETE FROM session WHERE name = ?')
    const removeAll = database.prepare('DELETE FROM session WHERE subject = ?')
    const prune = database.prepare(
      'DELETE FROM session WHERE rowid IN (SELECT rowid FROM session WHERE exp <= ? ORDER BY exp LIMIT ?)',
    )
    const pageCount = database.prepare('PRAGMA page_count')
    const pageSize = database.prepare('PRAGMA page_size')
    const claims = () => JSON.stringify(token.claims)
    const expiry = () => Math.floor(now() / 1000) + ttlSeconds

    function transaction(work: () => void): void {
      database.exec('BEGIN IMMEDIATE')
      try {
        work()
        database.exec('COMMIT')
      } finally {
        if (database.isTransaction) database.exec('ROLLBACK')
      }
    }

    return {
      issue: (subject) =>
        available(() => {
          const id = newId()
          transaction(() => {
            prune.run(now() / 1000, PRUNED_AT_LOGIN)
            insert.run(hashOf(id), subject, claims(), expiry())
          })
          return id
        }),
      verify(credential) {
        const name = nameOf(credential)
        if (name === null) return null
        const row = available(() => select.get(name, now() / 1000))
        if (row === undefined) return null
        return { sub: String(row.subject), claims: JSON.parse(String(row.claims)) }
      },
      revoke(credential) {
        const name = nameOf(credential)
        if (name !== null) available(() => remove.run(name))
      },
      revokeAll(subject) {
        available(() => removeAll.run(subject))
      },
      async fill(entries) {
        for (let start = 0; start < entries; start += ROWS_AT_ONCE) {
          const end = Math.min(start + ROWS_AT_ONCE, entries)
          const same = claims()
          available(() =>
            transaction(() => {
              // Random names are as good as hashes.
              for (let index = start; index < end; index++) {
                insert.run(otherText(ID_BYTES), otherSubject(), same, expiry())
              }
            }),
          )
          // Requests and the runner's messages get their turn.
          await turn()
        }
        // Lookups would go by way of a log of many megabytes.
        available(() => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
      },
      // Of the database as it is read: pages that are in the log only are among them, a log that is full of old ones is not.
      storeBytes: () =>
        available(() => Number(pageCount.get()?.page_count) * Number(pageSize.get()?.page_size)),
      close() {
        database.close()
      },
    }
  },
} satisfies Omit<AuthStrategy, 'id'>

/** Locked, full, unreadable: the store is away, whatever the reason. */
function available<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new StoreUnavailableError(cause)
  }
}
