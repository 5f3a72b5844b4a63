import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Counts what passes between a client and a server, on the sockets themselves. */
export interface ByteCounter {
  readonly port: number
  readonly up: number
  readonly down: number
  close(): Promise<void>
}

/** Passes bytes on as they come, both ways. */
export async function countBytes(serverPort: number): Promise<ByteCounter> {
  let [up, down] = [0, 0]
  const sockets = new Set<Socket>()
  const relay = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1')
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      // Whoever reset the connection learns it from the other end.
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      up += chunk.length
      server.write(chunk)
    })
    server.on('data', (chunk: Buffer) => {
      down += chunk.length
      client.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  return {
    port: (relay.address() as AddressInfo).port,
    get up() {
      return up
    },
    get down() {
      return down
    },
    async close() {
      relay.close()
      for (const socket of sockets) socket.destroy()
      await once(relay, 'close')
    },
  }
}

export interface Http2Response {
  readonly status: number
  readonly date: string
  readonly up: number
  readonly down: number
}

/** One connection over HTTP/2, in plain text, after both sides have settled. */
export interface Http2Connection {
  get(path: string, headers: Readonly<Record<string, string>>): Promise<Http2Response>
  close(): Promise<void>
}

/** Names a port of as many digits whatever the port is: names of hosts are counted. */
export const COUNTED_HOST = 'localhost:65535'

export async function openHttp2(serverPort: number): Promise<Http2Connection> {
  const counter = await countBytes(serverPort)
  const session = connectHttp2(`http://127.0.0.1:${counter.port}`)
  // Of a server that went away; requests reject with it as well.
  session.on('error', () => undefined)
  const close = async () => {
    session.destroy()
    await counter.close()
  }
  try {
    await settled(session)
    return {
      async get(path, headers) {
        const before = { up: counter.up, down: counter.down }
        const answer = await answerOf(session, path, headers)
        return { ...answer, up: counter.up - before.up, down: counter.down - before.down }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Settings of both sides are acknowledged, and nothing of that is on its way any more. */
async function settled(session: ClientHttp2Session): Promise<void> {
  await Promise.all([once(session, 'remoteSettings'), once(session, 'localSettings')])
  await new Promise<void>((resolve, reject) => {
    session.ping((error) => (error === null ? resolve() : reject(error)))
  })
}

function answerOf(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly date: string }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'GET',
      ':path': path,
      ':scheme': 'http',
      ':authority': COUNTED_HOST,
      ...headers,
    })
    let answer = { status: 0, date: '' }
    stream.on('response', (fields) => {
      answer = { status: fields[':status'] ?? 0, date: fields.date ?? '' }
    })
    stream.once('error', reject)
    // Both sides are done with it: no frame of it is to come.
    stream.once('close', () => resolve(answer))
    stream.resume().end()
  })
}
