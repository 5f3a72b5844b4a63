import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { TokenProfile } from '../../servers/contract.ts'
import { canonicalJson, type Input, withoutQueryValues } from '../../src/results/inputs.ts'
import type { Target } from './target.ts'

const DIGITS = 16
/** 65,536 values: two credentials files are hardly ever taken for the same, and nobody learns one from it. */
const SECRET_DIGITS = 4

const hashOf = (text: string | Buffer, digits = DIGITS): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits)

/** Of a strategy file; what it imports is not followed. */
export const strategyHash = (file: string): string => hashOf(readFileSync(file))

export interface GivenInputs {
  readonly token: TokenProfile
  readonly target: Target | null
  /** Of strategies of the user's own: id to file. What the files import is not followed. */
  readonly files: ReadonlyMap<string, string>
}

export function describeInputs({ token, target, files }: GivenInputs): Input[] {
  return [
    claimsInput(token),
    ...(target === null ? [] : targetInputs(target)),
    ...[...files].map(([id, file]): Input => {
      return { what: `strategy ${id}`, shown: null, bytes: statSync(file).size, hash: strategyHash(file) }
    }),
  ]
}

/** Of every token and session: issuer, audience and client too. */
export function claimsInput(token: TokenProfile): Input {
  const text = canonicalJson(token)
  return { what: 'claims', shown: null, bytes: Buffer.byteLength(text), hash: hashOf(text) }
}

function targetInputs({ origin, host, read, credentials }: Target): readonly Input[] {
  const place = `${new URL(origin).protocol}//${host}${withoutQueryValues(read.path)}`
  const lengths = credentials.map(({ length }) => length)
  const names = Object.keys(read.headers)
  return [
    { what: 'target', shown: place, bytes: null, hash: hashOf(place) },
    {
      what: 'credentials',
      shown: `${credentials.length}`,
      bytes: lengths.reduce((sum, length) => sum + length, 0),
      hash: hashOf(canonicalJson(credentials), SECRET_DIGITS),
    },
    ...(read.method === 'GET'
      ? []
      : [
          {
            what: 'request',
            shown: read.method,
            bytes: Buffer.byteLength(read.body ?? ''),
            hash: hashOf(read.body ?? '', SECRET_DIGITS),
          },
        ]),
    ...(names.length === 0
      ? []
      : [
          {
            what: 'headers',
            shown: names.join(', '),
            bytes: names.join('').length + Object.values(read.headers).join('').length,
            hash: hashOf(canonicalJson(read.headers), SECRET_DIGITS),
          },
        ]),
  ]
}
