import { once } from 'node:events'
import { connect } from 'node:net'
import { askRedis } from '../../process/ask-redis.ts'

/** What one Redis is told. */
export interface Transcript {
  /** One line for each command so far. */
  commands(): Promise<readonly string[]>
  close(): void
}

const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, math.max(left - ARGV[2], 0)) end
end
return 0`

/** A JSON object in base64url starts like this. */
const REPLACE_TOKENS = `
local replaced = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'string' and string.sub(redis.call('GET', key), 1, 3) == 'eyJ' then
    redis.call('SET', key, ARGV[1], 'KEEPTTL')
    replaced = replaced + 1
  end
end
return replaced`

/** Takes so much from the lifetime of every key under the prefix. */
export const ageKeys = (port: number, prefix: string, seconds: number) =>
  evaluate(port, AGE, `${prefix}*`, String(Math.round(seconds * 1000)))

/** @returns how many there were */
export const replaceTokens = (port: number, token: string) => evaluate(port, REPLACE_TOKENS, token)

/** @returns the number that the script returns */
async function evaluate(port: number, script: string, ...values: string[]): Promise<number> {
  return Number(await askRedis(port, 'EVAL', script, 0, ...values))
}

export async function listen(port: number): Promise<Transcript> {
  const monitor = connect(port, '127.0.0.1')
  let text = ''
  monitor.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  monitor.write('MONITOR\r\n')
  while (!text.includes('+OK')) await once(monitor, 'data')
  let marks = 0

  return {
    async commands() {
      // Redis reports in order: once the mark is seen, everything before it has been.
      const mark = `end of transcript ${++marks}`
      const marker = connect(port, '127.0.0.1')
      marker.write(`ECHO "${mark}"\r\n`)
      while (!text.includes(mark)) await once(monitor, 'data')
      marker.destroy()
      return text.split('\r\n').filter((line) => line.includes('"') && !line.includes('end of transcript'))
    },
    close() {
      monitor.destroy()
    },
  }
}
