import type { EngineTarget } from './engine.ts'

/** The response field that hands out a renewed credential: one for each place where requests carry it. */
export type RenewalField = 'set-auth-token' | 'set-cookie'

/** Of every answer but a few: nothing is made for those. */
export const NO_RENEWAL: readonly string[] = []

const BEARER = '\r\nauthorization: Bearer '
const COOKIE = '\r\ncookie: '
/** Anything else could end the header that it is put into. */
const TOKEN = /^[\x21-\x7e]+$/

interface Renewal {
  readonly credential: string
  /** The request as it goes on the wire from now on. */
  readonly bytes: Buffer
}

/** Null where no request carries a credential. */
export function renewalFieldOf({ requests }: EngineTarget): RenewalField | null {
  if (requests.some(({ headers }) => headers.authorization !== undefined)) return 'set-auth-token'
  return requests.some(({ headers }) => headers.cookie !== undefined) ? 'set-cookie' : null
}

/** @param headers names and values in turn, as autocannon's parser has them */
export function renewalsIn(headers: readonly string[], field: RenewalField): readonly string[] {
  let values = NO_RENEWAL
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    if (name.length === field.length && name.toLowerCase() === field)
      values = [...values, headers[index + 1] ?? '']
  }
  return values
}

/**
 * What a client of the kind does with an answer that renews its credential: a browser with the cookie of the same name (RFC 6265 section
 * 5.3), others with `set-auth-token`. Only an answer of success counts: some servers give a session to whoever is refused, and those who
 * flood them do not take it up. A cookie that is emptied is no new one.
 * @param request as it was sent
 * @returns null where it goes on as it is
 */
export function renewalOf(request: Buffer, status: number, values: readonly string[]): Renewal | null {
  if (status < 200 || status >= 300) return null
  const text = request.toString('latin1')
  const place = credentialIn(text)
  if (place === null) return null
  const { from, to, cookie } = place
  const current = text.slice(from, to)
  // The last one of a name stays in the browser.
  const given = values.map((value) => (cookie === null ? value.trim() : cookieValue(value, cookie)))
  const credential = given.findLast((value) => value !== null) ?? ''
  if (!TOKEN.test(credential) || credential === current || decoded(credential) === current) return null
  return { credential, bytes: Buffer.from(text.slice(0, from) + credential + text.slice(to), 'latin1') }
}

interface Place {
  readonly from: number
  readonly to: number
  /** Its name; null in `authorization`. */
  readonly cookie: string | null
}

function credentialIn(text: string): Place | null {
  const bearer = text.indexOf(BEARER)
  const from = bearer < 0 ? text.indexOf(COOKIE) + COOKIE.length : bearer + BEARER.length
  if (from < COOKIE.length) return null
  const to = text.indexOf('\r\n', from)
  if (bearer >= 0) return { from, to, cookie: null }
  const value = text.indexOf('=', from) + 1
  return { from: value, to, cookie: text.slice(from, value - 1) }
}

/** Null for a cookie of another name; empty for one that is taken back (RFC 6265 section 5.3: `Max-Age` before `Expires`). */
function cookieValue(setCookie: string, name: string): string | null {
  const [pair = '', ...attributes] = setCookie.split(';')
  const equals = pair.indexOf('=')
  if (equals <= 0 || pair.slice(0, equals).trim() !== name) return null
  const attribute = (wanted: string) =>
    attributes
      .map((each) => each.trim())
      .findLast((each) => each.toLowerCase().startsWith(`${wanted}=`))
      ?.slice(wanted.length + 1)
  const [age, expires] = [attribute('max-age'), attribute('expires')]
  const isOver =
    age !== undefined ? Number(age) <= 0 : expires !== undefined && Date.parse(expires) <= Date.now()
  return isOver ? '' : pair.slice(equals + 1).trim()
}

/** Cookie libraries escape what a credential may contain: handed out again like that it is still the same. */
function decoded(credential: string): string {
  try {
    return decodeURIComponent(credential)
  } catch {
    return credential
  }
}
