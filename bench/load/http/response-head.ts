import { NO_RENEWAL, type RenewalField } from '../renewal.ts'

/** A larger head is no head: Node's own limit is 16 KiB. */
export const HEAD_LIMIT = 65_536
/** What a safe integer holds. */
const LENGTH_DIGITS = 15

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const COMMA = 44
const ZERO = 48
const COLON = 58
const VERSION = 'HTTP/1.'

export interface ResponseHead {
  readonly status: number
  /** Of the head, with its empty line. */
  readonly bytes: number
  /** What ends the body (RFC 9112 section 6.3). */
  readonly body: 'none' | 'counted' | 'chunked' | 'until close'
  /** Of a counted body. */
  readonly length: number
  /** No other response follows on this connection. */
  readonly closes: boolean
  /** Values of the field that was asked for. */
  readonly renewals: readonly string[]
}

/** Behind the empty line that ends a head; -1 where there is none yet. */
export function headEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from + 3; at < to; at++) {
    if (bytes[at] === LF && bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR)
      return at + 1
  }
  return -1
}

/** Garbage is known by its first bytes: it need not contain an empty line, ever. */
export function beginsLikeHead(bytes: Uint8Array, from: number, to: number): boolean {
  const length = Math.min(to - from, VERSION.length)
  for (let index = 0; index < length; index++) {
    if (bytes[from + index] !== VERSION.charCodeAt(index)) return false
  }
  return true
}

/**
 * A head with its empty line, of a response to anything but HEAD. Null for what is not HTTP/1.1 or 1.0.
 * @param wanted the field whose values are kept; the text of all others is never made
 */
export function readHead(
  bytes: Uint8Array,
  from: number,
  to: number,
  wanted: RenewalField | null,
): ResponseHead | null {
  const status = readStatus(bytes, from)
  if (status < 0 || to - from > HEAD_LIMIT) return null
  let length = -1
  let encoded = false
  let chunked = false
  let closes = bytes[from + 7] === ZERO
  let renewals = NO_RENEWAL
  const head = { status, bytes: to - from }
  for (let line = nextLine(bytes, from, to); line < to - 2; ) {
    const end = nextLine(bytes, line, to)
    let colon = line
    while (colon < end && bytes[colon] !== COLON) colon++
    if (colon === end) return null
    const value = colon + 1
    if (equals(bytes, line, colon, 'content-length')) {
      const given = readLength(bytes, value, end)
      if (given < 0 || (length >= 0 && given !== length)) return null
      length = given
    } else if (equals(bytes, line, colon, 'transfer-encoding')) {
      encoded = true
      chunked = hasToken(bytes, value, end, 'chunked')
    } else if (equals(bytes, line, colon, 'connection')) {
      closes = hasToken(bytes, value, end, 'close') || (closes && !hasToken(bytes, value, end, 'keep-alive'))
    } else if (wanted !== null && equals(bytes, line, colon, wanted)) {
      renewals = [...renewals, textOf(bytes, value, end).trim()]
    }
    line = end
  }
  if (status < 200 || status === 204 || status === 304)
    return { ...head, body: 'none', length: 0, closes, renewals }
  if (chunked) return { ...head, body: 'chunked', length: 0, closes, renewals }
  if (encoded || length < 0) return { ...head, body: 'until close', length: 0, closes: true, renewals }
  return { ...head, body: length === 0 ? 'none' : 'counted', length, closes, renewals }
}

const textOf = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')

/** `HTTP/1.1 200 OK` to 200; -1 for anything else. */
function readStatus(bytes: Uint8Array, from: number): number {
  const minorVersion = (bytes[from + 7] ?? 0) - ZERO
  if (!beginsLikeHead(bytes, from, bytes.length) || (minorVersion !== 0 && minorVersion !== 1)) return -1
  if (bytes[from + 8] !== SPACE || (bytes[from + 12] !== SPACE && bytes[from + 12] !== CR)) return -1
  const status = readDigits(bytes, from + 9, from + 12)
  return status < 100 ? -1 : status
}

function nextLine(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] !== LF) at++
  return at + 1
}

const isSpace = (byte: number | undefined) => byte === SPACE || byte === TAB || byte === CR || byte === LF

/** @param word in lower case, of letters and hyphens */
function equals(bytes: Uint8Array, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false
  for (let index = 0; index < word.length; index++) {
    if (((bytes[from + index] ?? 0) | 0x20) !== word.charCodeAt(index)) return false
  }
  return true
}

/** Whether a list of tokens (RFC 9110 section 5.6.1) holds this one. */
function hasToken(bytes: Uint8Array, from: number, to: number, word: string): boolean {
  for (let at = from; at < to; at++) {
    while (at < to && isSpace(bytes[at])) at++
    const start = at
    while (at < to && !isSpace(bytes[at]) && bytes[at] !== COMMA) at++
    if (equals(bytes, start, at, word)) return true
  }
  return false
}

/** A number alone on its line; -1 for anything else. */
function readLength(bytes: Uint8Array, from: number, to: number): number {
  let [start, end] = [from, to]
  while (start < end && isSpace(bytes[start])) start++
  while (end > start && isSpace(bytes[end - 1])) end--
  return end === start || end - start > LENGTH_DIGITS ? -1 : readDigits(bytes, start, end)
}

function readDigits(bytes: Uint8Array, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return number
}
