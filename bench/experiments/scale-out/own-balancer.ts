import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Address, originOf } from '../../load/http/address.ts'
import { type Balancer, type BalancerOptions, STICKY_COOKIE, serverName } from './balancer.ts'

interface Slot {
  readonly name: string
  readonly agent: Agent
  server: Address | null
  /** What it still gets. */
  takes: 'everybody' | 'its own' | 'nobody'
  isDead: boolean
  underWay: number
  requests: number
}

/** What is between two neighbours only (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade']

/** Stands in where there is no HAProxy: as much of it as users of one experiment notice, in this process. */
export async function startOwnBalancer({ balance, slots: count }: BalancerOptions): Promise<Balancer> {
  const slots = Array.from(
    { length: count },
    (_, slot): Slot => ({
      name: serverName(slot),
      agent: new Agent({ keepAlive: true }),
      server: null,
      takes: 'nobody',
      isDead: false,
      underWay: 0,
      requests: 0,
    }),
  )
  const isSticky = balance === 'sticky cookie'
  let turn = 0

  /** Null: nobody is left. */
  function chosen(headers: IncomingHttpHeaders): Slot | null {
    const named = isSticky ? cookieOf(headers) : null
    const own = slots.find(({ name, takes, isDead }) => name === named && takes !== 'nobody' && !isDead)
    if (own !== undefined) return own
    const open = slots.filter(({ takes, isDead }) => takes === 'everybody' && !isDead)
    const from = turn++
    const inTurn = open
      .map((_, index) => open[(from + index) % open.length])
      .filter((slot) => slot !== undefined)
    if (balance !== 'least connections') return inTurn[0] ?? null
    const least = Math.min(...inTurn.map(({ underWay }) => underWay))
    return inTurn.find(({ underWay }) => underWay === least) ?? null
  }

  function forward(from: IncomingMessage, body: Buffer, to: ServerResponse): void {
    const slot = chosen(from.headers)
    if (slot === null || slot.server === null) {
      to.writeHead(503).end()
      return
    }
    const { server } = slot
    slot.underWay += 1
    const end = () => {
      slot.underWay -= 1
    }
    const asked = request({
      host: server.host,
      port: server.port,
      agent: slot.agent,
      method: from.method,
      path: from.url,
      headers: { ...without(from.headers), 'content-length': body.length },
    })
    asked.once('response', (answer) => {
      slot.requests += 1
      const isNew = isSticky && cookieOf(from.headers) !== slot.name
      to.writeHead(answer.statusCode ?? 502, {
        ...without(answer.headers),
        ...(isNew ? { 'set-cookie': `${STICKY_COOKIE}=${slot.name}; path=/` } : {}),
      })
      answer.pipe(to)
      answer.once('close', end)
    })
    asked.once('error', (error) => {
      end()
      if (to.headersSent) {
        to.destroy()
        return
      }
      // Nobody listens there any more, so that nothing was done: the next one may do it.
      if ('code' in error && error.code === 'ECONNREFUSED') {
        slot.isDead = true
        forward(from, body, to)
      } else to.writeHead(502).end()
    })
    asked.end(body)
  }

  const server = createServer((from, to) => {
    buffer(from).then(
      (body) => forward(from, body, to),
      // Who asked has gone.
      () => to.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const slotAt = (index: number): Slot => {
    const slot = slots[index]
    if (slot === undefined) throw new Error(`the balancer has no slot ${index}`)
    return slot
  }
  const origin = originOf({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })

  return {
    origin,
    product: 'an own small balancer',
    async enter(index, address) {
      Object.assign(slotAt(index), { server: address, takes: 'everybody', isDead: false })
    },
    async drain(index) {
      slotAt(index).takes = 'its own'
    },
    async leave(index) {
      slotAt(index).takes = 'nobody'
    },
    async missed(index) {
      slotAt(index).isDead = true
    },
    requests: async () => slots.map(({ requests }) => requests),
    async stop() {
      for (const { agent } of slots) agent.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}

const cookieOf = ({ cookie = '' }: IncomingHttpHeaders): string | null =>
  new RegExp(`(?:^|; )${STICKY_COOKIE}=([^;]*)`).exec(cookie)?.[1] ?? null

const without = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)))
