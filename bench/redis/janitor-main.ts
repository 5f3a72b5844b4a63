/** Outlives a run that was killed, for as long as it takes to remove its keys. */
import { setTimeout as delay } from 'node:timers/promises'
import { connectRedis } from './connection.ts'
import type { FromJanitor, ToJanitor } from './janitor.ts'

/** Servers of the run end at the same moment, and may have a command on its way. */
const PAUSE_MS = 300
const TIMES = 3

let watched: ToJanitor | null = null

async function tidyUp(): Promise<void> {
  if (watched === null) return
  const redis = await connectRedis(watched.url)
  for (let time = 0; time < TIMES; time++) {
    await redis.deletePrefix(watched.prefix)
    await delay(PAUSE_MS)
  }
  await redis.close()
}

process.on('message', (message: ToJanitor) => {
  watched = message
  const answer: FromJanitor = { type: 'watching' }
  process.send?.(answer)
})
process.on('disconnect', () => {
  // Nobody is left to be told: what cannot be removed expires.
  tidyUp().then(
    () => process.exit(0),
    () => process.exit(1),
  )
})
process.on('SIGTERM', () => process.exit(0))
process.on('SIGINT', () => undefined)
