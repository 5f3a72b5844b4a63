import { timingSafeEqual } from 'node:crypto'

/** What a client sends to authenticate itself (RFC 6749 section 2.3.1): both parts are form-encoded first. */
export function basicAuthorization(clientId: string, clientSecret: string): string {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** Takes as long for a wrong secret as for the right one. */
export function isAuthorized(header: string | undefined, expected: string): boolean {
  const [given, wanted] = [Buffer.from(withScheme(header)), Buffer.from(expected)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** The scheme's name has no case (RFC 9110 section 11.1). */
function withScheme(header = ''): string {
  return header.replace(/^basic +/i, 'Basic ')
}
