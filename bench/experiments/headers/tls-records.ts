import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type SecureContextOptions } from 'node:tls'
import { countBytes } from './http2-client.ts'

/** A key that both know, so that no certificate is needed; the records are those of any other TLS 1.3 (RFC 8446 section 5.2). */
const SETTINGS = {
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
} as const satisfies SecureContextOptions

/** @returns what one record of so many bytes adds on the socket, either way */
export async function recordOverhead(
  payload: number,
): Promise<{ readonly up: number; readonly down: number }> {
  await using ends = new AsyncDisposableStack()
  const psk = randomBytes(32)
  const server = createServer({ ...SETTINGS, pskCallback: () => psk }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => socket.write(chunk))
  }).listen(0, '127.0.0.1')
  ends.defer(() => void server.close())
  await once(server, 'listening')
  const counter = await countBytes((server.address() as AddressInfo).port)
  ends.defer(() => counter.close())
  const client = connect({
    ...SETTINGS,
    host: '127.0.0.1',
    port: counter.port,
    pskCallback: () => ({ psk, identity: 'authbench' }),
    checkServerIdentity: () => undefined,
  })
  ends.defer(() => void client.destroy())
  await once(client, 'secureConnect')
  const echoed = async () => {
    let received = 0
    client.write(Buffer.alloc(payload))
    while (received < payload) received += ((await once(client, 'data')) as [Buffer])[0].length
  }
  // Tickets of the session come with the first answer.
  await echoed()
  const before = { up: counter.up, down: counter.down }
  await echoed()
  return { up: counter.up - before.up - payload, down: counter.down - before.down - payload }
}
