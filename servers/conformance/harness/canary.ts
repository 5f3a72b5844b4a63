import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An address that nobody may ask: what a server must not fetch shows here. */
export interface Canary {
  readonly origin: string
  hits(): number
  close(): Promise<void>
}

/** Answers every request with the body, so that whoever asks is taken in. */
export async function startCanary(body: string): Promise<Canary> {
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
