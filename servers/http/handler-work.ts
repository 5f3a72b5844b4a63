import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Handler } from '../../src/worlds/world.ts'
import { redisStore } from '../stores/redis.ts'
import type { RedisLink } from '../stores/redis-link.ts'

/** What the handler of the protected read does for a user who was let in. */
export type Work = (subject: string) => Promise<void>

export interface HandlerWork {
  /** Null: nothing, as in every server that was never told otherwise. */
  readonly current: Work | null
  /** For each request from now on. */
  change(handler: Handler): Promise<void>
  /** These users have rows, where rows are read. */
  addUsers(subjects: readonly string[]): Promise<void>
}

interface Rows {
  add(subjects: readonly string[]): Promise<void>
  read(subject: string): Promise<unknown> | unknown
}

/** Longer than a run. */
const ROW_SECONDS = 86_400

/**
 * @param redis makes a link of its own; called at the first use
 * @param folder of the server alone, for a database file
 */
export function handlerWork(
  redis: () => Promise<RedisLink>,
  folder: string,
  closers: (() => Promise<void>)[],
): HandlerWork {
  const opened = new Map<Handler['rows'], Rows>()
  let current: Work | null = null
  let rows: Rows | null = null

  async function rowsIn(place: Handler['rows']): Promise<Rows | null> {
    if (place === 'none') return null
    const known = opened.get(place)
    if (known !== undefined) return known
    const made = place === 'redis' ? redisRows(await redis()) : await sqliteRows(folder, closers)
    opened.set(place, made)
    return made
  }

  return {
    get current() {
      return current
    },
    async change({ waitMs, cpuUs, rows: place }) {
      const from = await rowsIn(place)
      rows = from
      if (waitMs === 0 && cpuUs === 0 && from === null) {
        current = null
        return
      }
      current = async (subject) => {
        if (from !== null) await from.read(subject)
        if (waitMs > 0) await delay(waitMs)
        if (cpuUs > 0) compute(cpuUs)
      }
    },
    async addUsers(subjects) {
      await rows?.add([...new Set(subjects)])
    },
  }
}

/**
 * By the clock, because the thread's own CPU time moves in steps of milliseconds. On the core that it is pinned to nothing else of the run is
 * in its way; what the machine takes from it is in the checks `steal` and `foreign-cpu`.
 */
function compute(cpuUs: number): void {
  const until = performance.now() + cpuUs / 1000
  while (performance.now() < until);
}

/** About as much as the table of users of an application holds of one. */
const userRow = (subject: string) => ({
  id: subject,
  name: 'Ada Lovelace',
  email: `${subject}@example.test`,
  locale: 'en-GB',
  plan: 'business',
  createdAt: '2026-01-01T00:00:00.000Z',
  settings: '{"theme":"dark","digest":"weekly"}',
})

function redisRows(link: RedisLink): Rows {
  const store = redisStore(link)
  const keyOf = (subject: string) => `row:${subject}`
  return {
    add: (subjects) =>
      store.setMany(
        subjects.map((subject) => [keyOf(subject), JSON.stringify(userRow(subject))] as const),
        ROW_SECONDS,
      ),
    async read(subject) {
      const text = await store.get(keyOf(subject))
      return text === null ? null : JSON.parse(text)
    },
  }
}

async function sqliteRows(folder: string, closers: (() => Promise<void>)[]): Promise<Rows> {
  // Loaded by the servers that use it, not by every one.
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(join(folder, 'users.db'))
  closers.push(async () => database.close())
  database.exec(
    'CREATE TABLE user (id TEXT PRIMARY KEY, name TEXT, email TEXT, locale TEXT, plan TEXT, createdAt TEXT, settings TEXT) STRICT',
  )
  const insert = database.prepare('INSERT OR IGNORE INTO user VALUES (?, ?, ?, ?, ?, ?, ?)')
  const select = database.prepare('SELECT * FROM user WHERE id = ?')
  return {
    async add(subjects) {
      database.exec('BEGIN')
      for (const subject of subjects) insert.run(...Object.values(userRow(subject)))
      database.exec('COMMIT')
    },
    read: (subject) => select.get(subject),
  }
}
