import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWK } from 'jose'
import { publicJwk } from '../../tokens/keys.ts'

/** An address that nobody may ask: what a server must not fetch shows here. */
export interface Canary {
  readonly origin: string
  hits(): number
  close(): Promise<void>
}

const published = (key: JWK): JWK => (key.kty === 'oct' ? key : publicJwk(key))

/** Answers every request with these keys, whose private halves an attacker has, so that whoever asks is taken in. */
export async function startCanary(keys: Readonly<Record<string, JWK>>): Promise<Canary> {
  const body = JSON.stringify({ keys: Object.values(keys).map(published) })
  let hits = 0
  const server = createServer((_request, reply) => {
    hits += 1
    reply.setHeader('content-type', 'application/json').end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    hits: () => hits,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
