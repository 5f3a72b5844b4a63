// In this folder: HTTP/1.1 on the side of the client. It has addresses, single requests, and a reader that finds where responses end.

import type { RenewalField } from '../renewal.ts'
import { beginsLikeHead, HEAD_LIMIT, headEnd, type ResponseHead, readHead } from './response-head.ts'

/** Hexadecimal digits of a chunk size that a safe integer holds. */
const SIZE_DIGITS = 13

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const SEMICOLON = 59

/** Final, though its number says otherwise: what follows is another protocol (RFC 9110 section 15.2.2). */
const SWITCHING_PROTOCOLS = 101

/** `more`: the response goes on in later bytes; `malformed`: this is not HTTP/1.1 and never will be. */
export type Progress = 'more' | 'complete' | 'malformed'

/** Finds where responses end in a stream that is cut anywhere. Bodies and informational responses are skipped. */
export interface ResponseParser {
  /** Reads to the end of one response at most; after `complete` the next call begins another one. */
  read(bytes: Uint8Array, from: number, to: number): Progress
  /** Whether the peer may close now, because that is what ends the response. */
  endsWithConnection(): boolean
  /** Forgets a response that will not come to its end. */
  reset(): void
  /** Where the last complete response ended in the bytes that were read last. */
  readonly consumed: number
  /** Of the last response whose head was read; null before the first. */
  readonly head: ResponseHead | null
  /** Heads of informational responses before it (RFC 9110 section 15.2). */
  readonly informationalBytes: number
}

type State = 'head' | 'counted' | 'until close' | 'size' | 'extension' | 'chunk' | 'chunk end' | 'trailer'

/** @param wanted the field whose values heads keep */
export function newResponseParser(wanted: RenewalField | null = null): ResponseParser {
  let state: State = 'head'
  let head: ResponseHead | null = null
  /** A head that comes in parts. */
  let kept: Uint8Array | null = null
  let keptLength = 0
  /** Bytes of the body or chunk that are still to come. */
  let left = 0
  let sizeDigits = 0
  let trailerLength = 0
  let consumed = 0
  let informationalBytes = 0

  function read(bytes: Uint8Array, from: number, to: number): Progress {
    let at = from
    while (at < to) {
      if (state === 'until close') return 'more'
      if (state === 'head') {
        const end = keptLength === 0 ? headEnd(bytes, at, to) : -1
        if (end < 0) {
          at = keepHead(bytes, at, to)
          if (at < 0) return 'malformed'
          if (keptLength > 0) return 'more'
        } else {
          head = readHead(bytes, at, end, wanted)
          at = end
        }
        if (head === null) return 'malformed'
        if (head.status < 200 && head.status !== SWITCHING_PROTOCOLS) informationalBytes += head.bytes
        else if (head.body === 'none') return complete(at)
        else beginBody(head)
      } else if (state === 'counted' || state === 'chunk') {
        const taken = Math.min(left, to - at)
        at += taken
        left -= taken
        if (left > 0) return 'more'
        if (state === 'counted') return complete(at)
        state = 'chunk end'
      } else {
        const progress = readFraming(bytes[at] ?? 0)
        at += 1
        if (progress === 'malformed') return progress
        if (progress === 'complete') return complete(at)
      }
    }
    return 'more'
  }

  function complete(at: number): Progress {
    state = 'head'
    consumed = at
    return 'complete'
  }

  /** @returns up to where it was taken: the end of the head, after which nothing is kept, or of the bytes; -1 if it is no head */
  function keepHead(bytes: Uint8Array, from: number, to: number): number {
    kept ??= new Uint8Array(HEAD_LIMIT)
    for (let at = from; at < to; at++) {
      if (keptLength === HEAD_LIMIT) return -1
      kept[keptLength] = bytes[at] ?? 0
      keptLength += 1
      if (headEnd(kept, Math.max(0, keptLength - 4), keptLength) > 0) {
        head = readHead(kept, 0, keptLength, wanted)
        keptLength = 0
        return at + 1
      }
    }
    return beginsLikeHead(kept, 0, keptLength) ? to : -1
  }

  function beginBody({ body, length }: ResponseHead): void {
    if (body === 'chunked') {
      beginSize()
    } else {
      state = body === 'counted' ? 'counted' : 'until close'
      left = length
    }
  }

  function beginSize(): void {
    state = 'size'
    left = 0
    sizeDigits = 0
  }

  /** One byte around the chunks of a body (RFC 9112 section 7.1). */
  function readFraming(byte: number): Progress {
    if (state === 'size' && byte !== LF) {
      const digit = hexDigit(byte)
      if (digit < 0) {
        state = 'extension'
        return byte === CR || byte === SEMICOLON || byte === SPACE || byte === TAB ? 'more' : 'malformed'
      }
      left = left * 16 + digit
      sizeDigits += 1
      return sizeDigits > SIZE_DIGITS ? 'malformed' : 'more'
    }
    if (state === 'size' || state === 'extension') {
      if (byte !== LF) return 'more'
      if (sizeDigits === 0) return 'malformed'
      state = left === 0 ? 'trailer' : 'chunk'
      trailerLength = 0
      return 'more'
    }
    if (state === 'chunk end') {
      if (byte === LF) beginSize()
      return byte === LF || byte === CR ? 'more' : 'malformed'
    }
    if (byte === LF) {
      if (trailerLength === 0) return 'complete'
      trailerLength = 0
    } else if (byte !== CR) {
      trailerLength += 1
    }
    return 'more'
  }

  return {
    read,
    endsWithConnection: () => state === 'until close',
    reset() {
      state = 'head'
      keptLength = 0
      informationalBytes = 0
    },
    get consumed() {
      return consumed
    },
    get head() {
      return head
    },
    get informationalBytes() {
      return informationalBytes
    },
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
