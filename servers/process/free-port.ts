import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'

const TRIES = 5
const LOWEST = 20_000
/** What Linux gives to outgoing connections where nobody has changed it; macOS and Windows begin higher. */
const LINUX_FIRST_OUTGOING = 32_768
/** With less to choose from, those who choose at the same time would meet too often. */
const FEWEST = 1_000
const ANY = 0

/**
 * For programs that cannot be asked for any free port. It lies below those of outgoing connections: nobody's
 * connection takes it before a program starts or while it is away, and nobody who knocks there meets himself.
 */
export async function freePort(random = Math.random): Promise<number> {
  const end = await firstOutgoingPort()
  for (;;) {
    const port = await bound(end - LOWEST < FEWEST ? ANY : LOWEST + Math.floor(random() * (end - LOWEST)))
    if (port !== null) return port
  }
}

/**
 * Starts a program that is told its port, and once more where another one was faster.
 * @param start rejects with what the program complained about
 */
export async function onFreePort<T>(start: (port: number) => Promise<T>, choose = freePort): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await choose())
    } catch (error) {
      if (attempt === TRIES || !/address already in use/i.test(String(error))) throw error
    }
  }
}

async function firstOutgoingPort(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '')
  return Number(/^\d+/.exec(range)?.[0] ?? LINUX_FIRST_OUTGOING)
}

/**
 * Null: somebody has it.
 * @throws where nobody can have any, as without a loopback
 */
async function bound(wanted: number): Promise<number | null> {
  const probe = createServer().listen(wanted, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null
    throw error
  }
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
