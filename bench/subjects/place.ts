import { lookup as systemLookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { USUAL_MAX_RATE } from '../../src/plan/config.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { formatNumber } from '../../src/units.ts'
import { addressOf } from '../load/http/address.ts'

/** Where a target is. */
export interface Place {
  /** Numeric. Looked up once: nobody else is loaded whom the name comes to mean later. */
  readonly addresses: readonly string[]
  /** Absent: it is on the loopback. */
  readonly remote?: Remote
}

/** Somewhere else, where the user may load it. */
export interface Remote {
  /** As in the URL, without the port. */
  readonly host: string
  /** Requests per second that it gets at most. */
  readonly maxRate: number
}

export interface Said {
  /** The host that the user may load. */
  readonly iMayLoad?: string | undefined
  readonly maxRate?: number | undefined
  /** Load comes from so many other machines, to which this one's loopback is none. */
  readonly agents?: number | undefined
}

/** What the network says. */
export interface Network {
  /** All addresses of a name. */
  lookUp(name: string): Promise<readonly string[]>
  /** Of this machine. */
  own(): readonly string[]
}

const LOOKUP_LIMIT_MS = 3000

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
const isLoopback = (address: string): boolean =>
  loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Without asking where a name leads. */
export const isWrittenLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && isLoopback(host))

/** Of this machine, loopback included. */
export const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))

const SYSTEM: Network = {
  lookUp: async (name) => (await systemLookup(name, { all: true })).map(({ address }) => address),
  own: ownAddresses,
}

/** @throws AuthbenchError `TARGET_NOT_FOUND`, `TARGET_NOT_LOCAL`, `OPTIONS_INVALID` */
export async function placeOf(
  url: string,
  { iMayLoad, maxRate, agents }: Said,
  network: Network = SYSTEM,
): Promise<Place> {
  const { hostname } = new URL(url)
  const { host } = addressOf(url)
  const addresses = isIP(host) === 0 ? await found(host, network) : [host]
  const own = network.own()
  const isOwn = addresses.every((address) => own.includes(address))
  const isOnLoopback = addresses.every(isLoopback)
  if (isOnLoopback || (isOwn && agents !== undefined)) {
    if (iMayLoad === undefined && maxRate === undefined) return { addresses }
    throw new AuthbenchError(
      'OPTIONS_INVALID',
      `${iMayLoad === undefined ? '--max-rate' : '--i-may-load'} is about a target elsewhere, and ${hostname} is on ${isOnLoopback ? 'the loopback of ' : ''}this machine`,
      { next: 'Leave it out: here every load is allowed.' },
    )
  }
  if (isOwn) {
    throw new AuthbenchError('TARGET_NOT_LOCAL', `${hostname} is this machine, and not its loopback`, {
      next: 'Let the server listen on 127.0.0.1 as well, and give that address: its CPU is measured then.',
    })
  }
  const limit = maxRate ?? USUAL_MAX_RATE
  if (iMayLoad === undefined) {
    const where = addresses.includes(host) ? '' : ` (it is ${addresses.join(', ')})`
    throw new AuthbenchError(
      'TARGET_NOT_LOCAL',
      `${hostname} is not on the loopback of this machine${where}`,
      {
        next: `Where you may load it, say so: --i-may-load ${hostname}. It then gets open loops of at most ${formatNumber(limit)} requests per second (--max-rate), and its CPU is measured only with --host. Over a tunnel the tunnel would be measured.`,
      },
    )
  }
  if (iMayLoad.toLowerCase() !== hostname) {
    throw new AuthbenchError(
      'TARGET_NOT_LOCAL',
      `--i-may-load names ${iMayLoad}, and the host of --target is ${hostname}`,
      { next: 'Both have to be the same, letter by letter, without a port.' },
    )
  }
  return { addresses, remote: { host: hostname, maxRate: limit } }
}

async function found(name: string, { lookUp }: Network): Promise<readonly string[]> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${LOOKUP_LIMIT_MS} ms`)), LOOKUP_LIMIT_MS)
  try {
    const addresses = await Promise.race([lookUp(name), promise])
    if (addresses.length === 0) throw new Error('it has none')
    return addresses
  } catch (error) {
    throw new AuthbenchError('TARGET_NOT_FOUND', `${name} leads to no address: ${messageOf(error)}`, {
      next: 'Look at the name in --target, or give its address.',
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}
