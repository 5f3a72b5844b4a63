import { createServer, type Socket } from 'node:net'
import { type Behaviour, INSTANT, type Observed } from './known-behaviour.ts'

const HEAD_END = '\r\n\r\n'
/** A sleep ends late by up to this; the rest of the time is spun. */
const LATE_MS = 2

const answerOf = (status: string): Buffer =>
  Buffer.from(`HTTP/1.1 ${status}\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok`)
const OK = answerOf('200 OK')
const WRONG = answerOf('500 Internal Server Error')

const sleeper = new Int32Array(new SharedArrayBuffer(4))

const nowMs = (): number => performance.now()

function spinUntil(ms: number): void {
  while (nowMs() < ms);
}

/** Nothing else happens in this process meanwhile. */
function blockUntil(ms: number): void {
  const sleep = ms - nowMs() - LATE_MS
  if (sleep > LATE_MS) Atomics.wait(sleeper, 0, 0, sleep)
  spinUntil(ms)
}

interface Counters {
  readonly startedMs: number
  readonly threadUs: number
  requests: number
  bytes: number
  readonly statuses: Record<string, number>
  accepted: number
  closed: number
  readonly arrivalsUs: number[]
  readonly holdsUs: number[]
}

interface Connection {
  readonly socket: Socket
  unread: string
  requests: number
  /** Since the server was told how to behave. */
  responses: number
}

interface Held {
  readonly connection: Connection
  /** Of the request, from 1. */
  readonly number: number
  readonly arrivedMs: number
}

export interface KnownServer {
  readonly port: number
  behave(behaviour: Behaviour): void
  observe(): Observed
  close(): void
}

function threadUs(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

const newCounters = (): Counters => ({
  startedMs: nowMs(),
  threadUs: threadUs(),
  requests: 0,
  bytes: 0,
  statuses: {},
  accepted: 0,
  closed: 0,
  arrivalsUs: [],
  holdsUs: [],
})

/** Bare HTTP/1.1 over a socket, because its own delay must be known: no framework, no parser, prebuilt answers. */
export async function startKnownServer(): Promise<KnownServer> {
  let behaviour: Behaviour = INSTANT
  let counters = newCounters()
  const connections = new Set<Connection>()
  /** While it polls; in the order of arrival, and so of their end. */
  const held: Held[] = []

  function answer({ connection, number, arrivedMs }: Held): void {
    if (connection.socket.writableEnded) return
    const { wrongEvery, closeAfter } = behaviour
    const wrong = wrongEvery !== null && number % wrongEvery === 0
    const status = wrong ? '500' : '200'
    counters.statuses[status] = (counters.statuses[status] ?? 0) + 1
    connection.responses += 1
    connection.socket.write(wrong ? WRONG : OK)
    // The kernel hands the answer over while it is being written.
    counters.holdsUs[number - 1] = (nowMs() - arrivedMs) * 1000
    if (closeAfter !== null && connection.responses >= closeAfter) {
      counters.closed += 1
      connection.socket.end()
    }
  }

  function onRequest(connection: Connection, arrivedMs: number): void {
    counters.requests += 1
    connection.requests += 1
    const number = counters.requests
    counters.arrivalsUs.push((arrivedMs - counters.startedMs) * 1000)
    const { holdUs, stall, firstUs, poll } = behaviour
    const request = { connection, number, arrivedMs }
    const isStall = stall !== null && number % stall.every === Math.floor(stall.every / 2)
    if (connection.requests === 1 && firstUs > 0) setTimeout(answer, firstUs / 1000, request)
    else if (poll && holdUs > 0) held.push(request)
    else {
      blockUntil(arrivedMs + (isStall ? stall.us : holdUs) / 1000)
      answer(request)
    }
  }

  const server = createServer({ noDelay: true }, (socket) => {
    const connection: Connection = { socket, unread: '', requests: 0, responses: 0 }
    connections.add(connection)
    counters.accepted += 1
    socket.on('error', () => undefined)
    socket.on('close', () => connections.delete(connection))
    socket.on('data', (chunk) => {
      let arrivedMs = nowMs()
      counters.bytes += chunk.length
      connection.unread += chunk.toString('latin1')
      for (;;) {
        const end = connection.unread.indexOf(HEAD_END)
        if (end < 0) return
        connection.unread = connection.unread.slice(end + HEAD_END.length)
        onRequest(connection, arrivedMs)
        arrivedMs = nowMs()
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')

  let polling = false
  const poll = (): void => {
    polling = behaviour.poll
    if (!polling) return
    const dueMs = nowMs() - behaviour.holdUs / 1000
    for (let next = held[0]; next !== undefined && next.arrivedMs <= dueMs; next = held[0]) {
      held.shift()
      answer(next)
    }
    setImmediate(poll)
  }
  return {
    port: address.port,
    behave(next) {
      behaviour = next
      for (const connection of connections) connection.responses = 0
      counters = newCounters()
      if (!polling) poll()
    },
    observe() {
      const { startedMs: _, ...seen } = counters
      return {
        ...seen,
        arrivalsUs: [...seen.arrivalsUs],
        holdsUs: [...seen.holdsUs],
        threadUs: threadUs() - seen.threadUs,
      }
    },
    close() {
      behaviour = INSTANT
      server.close()
      for (const { socket } of connections) socket.destroy()
    },
  }
}
