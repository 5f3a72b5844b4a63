import { readlinkSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import type { Address } from '../load/http/address.ts'
import { numbersIn, systemFiles } from './system-files.ts'

const LISTEN = '0A'
const IPV4_ANY = '00000000'
const IPV6_ANY = '0'.repeat(32)
/** `::ffff:0:0/96` as the kernel prints it: an IPv4 address in a socket of IPv6 (RFC 4291 section 2.5.5.2). */
const IPV4_MAPPED = '0000000000000000FFFF0000'

interface Listening {
  /** Hexadecimal, as in /proc/net. */
  readonly address: string
  readonly socket: string
}

/**
 * Processes of this machine that accept connections to the address, from /proc/net and /proc/PID/fd: several where they share the socket.
 * The kernel prefers a socket of just this address to one of all addresses, so a neighbour with the same port number does not count.
 * Empty where the system does not show it, or somebody else's process holds the socket.
 * @param address numeric
 */
export function listenersOn({ host, port }: Address): readonly number[] {
  const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => socketsOf(file, port))
  const accepting = preferred(host)
    .map((addresses) => listening.filter(({ address }) => addresses.includes(address)))
    .find((sockets) => sockets.length > 0)
  if (accepting === undefined) return []
  const sockets = new Set(accepting.map(({ socket }) => socket))
  return numbersIn('/proc').filter((pid) =>
    numbersIn(`/proc/${pid}/fd`).some((descriptor) => sockets.has(linkOf(`/proc/${pid}/fd/${descriptor}`))),
  )
}

/** Addresses of listening sockets that a connection may reach, those that the kernel prefers first. */
function preferred(host: string): readonly (readonly string[])[] {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1]
  if (isIPv6(host) && mapped === undefined) return [[hexOfIpv6(host)], [IPV6_ANY]]
  const ipv4 = hexOfIpv4(mapped ?? host)
  return [[ipv4, IPV4_MAPPED + ipv4], [IPV4_ANY, IPV4_MAPPED + IPV4_ANY], [IPV6_ANY]]
}

/** Each word of four bytes stands in the byte order of the machine, little-endian wherever Node runs but on s390x. */
const reversedWord = (bytes: readonly number[]): string =>
  bytes
    .toReversed()
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
    .join('')

const hexOfIpv4 = (host: string): string => reversedWord(host.split('.').map(Number))

function hexOfIpv6(host: string): string {
  const [before = '', after] = host.split('%', 1)[0]?.split('::') ?? []
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [first, last] = [groups(before), groups(after ?? '')]
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0)
  const all = [...first, ...zeros, ...last]
  return Array.from({ length: 4 }, (_, word) =>
    reversedWord(all.slice(2 * word, 2 * word + 2).flatMap((group) => [group >> 8, group & 0xff])),
  ).join('')
}

/** Columns of proc(5): local address as HEX:PORT in the second, state in the fourth, inode in the tenth. */
function socketsOf(file: string, port: number): readonly Listening[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = (systemFiles.read(file) ?? '').split('\n').slice(1)
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const [address = '', at] = local.split(':')
    return state === LISTEN && at === wanted ? [{ address, socket: `socket:[${inode}]` }] : []
  })
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
