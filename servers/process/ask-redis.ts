import { once } from 'node:events'
import { connect } from 'node:net'

const LIMIT_MS = 20_000

/**
 * One command over a connection of its own, for servers that are ours to start and to break.
 * @returns what it says: a status, a number or a text
 * @throws Error what it refuses with, or that nobody answers
 */
export async function askRedis(port: number, ...words: readonly (string | number)[]): Promise<string> {
  const connection = connect(port, '127.0.0.1')
  const signal = AbortSignal.timeout(LIMIT_MS)
  try {
    connection.write(
      `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`).join('')}`,
    )
    for (let reply = ''; ; ) {
      const [chunk] = await once(connection, 'data', { signal })
      reply += chunk
      const answer = answerIn(reply)
      if (answer !== null) return answer
    }
  } finally {
    connection.destroy()
  }
}

/** Null: there is more to come. */
function answerIn(reply: string): string | null {
  const end = reply.indexOf('\r\n')
  if (end < 0) return null
  const [kind, head] = [reply.slice(0, 1), reply.slice(1, end)]
  if (kind === '-') throw new Error(head)
  if (kind !== '$') return head
  const text = reply.slice(end + 2)
  return Buffer.byteLength(text) < Number(head) + 2 ? null : text.slice(0, -2)
}
