import { isIP } from 'node:net'

/** Where connections go. */
export interface Address {
  /** Name or number, a number of IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** Of an `http:` or `https:` URL: brackets taken off, port 80 or 443 where it names none. The one place that takes a URL apart for a socket. */
export function addressOf(url: string): Address {
  const { hostname, port, protocol } = new URL(url)
  const usual = protocol === 'https:' ? 443 : 80
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usual : Number(port) }
}

export const originOf = ({ host, port }: Address, scheme: 'http' | 'https' = 'http'): string =>
  `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
