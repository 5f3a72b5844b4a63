import type { FastifyRequest } from 'fastify'
import { COOKIE_NAME, MAX_CREDENTIAL_BYTES, type Scheme, type Transport } from '../contract.ts'

/** `refused`: the request carries something that is not looked at any further. */
export type PresentedCredential = string | undefined | typeof REFUSED
export const REFUSED = Symbol('refused')

/**
 * Reads the credential from the one place where the transport puts it, never from the query (RFC 9700 section
 * 4.3.2). Two of them are refused: a proxy in front may have looked at the other one.
 */
export function presentedCredential(
  request: FastifyRequest,
  transport: Transport,
  scheme: Scheme = 'Bearer',
): PresentedCredential {
  const credential = transport === 'bearer' ? fromAuthorization(request, scheme) : fromCookie(request)
  if (typeof credential !== 'string') return credential
  // One byte per character: Node reads header fields as latin1.
  return credential.length > MAX_CREDENTIAL_BYTES ? REFUSED : credential
}

const SCHEMES: Readonly<Record<Scheme, RegExp>> = { Bearer: /^bearer +/i, DPoP: /^dpop +/i }

function fromAuthorization(request: FastifyRequest, name: Scheme): PresentedCredential {
  // Node drops every Authorization header after the first from `headers`; only the raw list still shows them.
  const fields = request.raw.rawHeaders
  let value: string | undefined
  for (let index = 0; index < fields.length; index += 2) {
    const field = fields[index]
    if (field?.length !== 13 || field.toLowerCase() !== 'authorization') continue
    if (value !== undefined) return REFUSED
    value = fields[index + 1]
  }
  const scheme = value === undefined ? null : SCHEMES[name].exec(value)
  return scheme === null ? undefined : value?.slice(scheme[0].length)
}

/** Node joins several Cookie headers into one, so that one search finds duplicates in all of them. */
const COOKIE_START = new RegExp(`(?:^|;)\\s*${COOKIE_NAME}\\s*=`, 'g')

function fromCookie(request: FastifyRequest): PresentedCredential {
  const header = request.raw.headers.cookie
  if (header === undefined) return undefined
  // The exact count only where a second occurrence makes it necessary.
  if (header.indexOf(COOKIE_NAME) !== header.lastIndexOf(COOKIE_NAME)) {
    if ((header.match(COOKIE_START)?.length ?? 0) > 1) return REFUSED
  }
  return request.cookies[COOKIE_NAME]
}
