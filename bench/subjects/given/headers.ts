// In this folder: what a user gives for a target, in options and files. It is checked, and what may be a secret is never repeated.

import type { Transport } from '../../../servers/contract.ts'
import { AuthbenchError } from '../../../src/results/errors.ts'
import { formatBytes } from '../../../src/units.ts'
import { readUserFile } from '../../store/user-file.ts'
import { linesOf, readGiven } from './user-text.ts'

/** RFC 9110 section 5.6.2. */
const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/
const VALUE = /^[\x20-\x7e]*$/
/** Of all of them: servers take heads of 8 or 16 KiB, and a credential has to fit beside. */
const MOST_BYTES = 6 * 1024

/** What a request has already, or what belongs to the connection, which is ours (RFC 9110 section 7.6.1). */
const TAKEN: readonly string[] = [
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
]

interface Given {
  /** For errors: never what it holds. */
  readonly place: string
  readonly text: string
}

/**
 * Each is `Name: value`, or `@FILE` with a header in each line. No error repeats a value, or what may be one.
 * @throws AuthbenchError `HEADER_INVALID`, `HEADER_FILE_UNREADABLE`
 */
export function readHeaders(
  options: readonly string[],
  transport: Transport,
): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  const known = new Set<string>()
  for (const { place, text } of options.flatMap(headersIn)) {
    const colon = text.indexOf(':')
    const name = text.slice(0, Math.max(0, colon))
    if (!NAME.test(name)) throw invalid(place, 'is not `Name: value`')
    const value = text.slice(colon + 1).trim()
    if (!VALUE.test(value)) throw invalid(place, `gives ${name} a value that a header cannot carry`)
    const id = name.toLowerCase()
    if (TAKEN.includes(id)) throw invalid(place, `names ${name}, which authbench writes itself`)
    if (id === 'authorization' || (id === 'cookie' && transport === 'cookie'))
      throw invalid(
        place,
        `names ${name}: credentials go into --credentials FILE, and --transport says how they are sent`,
      )
    if (known.has(id)) throw invalid(place, `names ${name}, which is there already`)
    known.add(id)
    headers.set(name, value)
  }
  const bytes = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (bytes > MOST_BYTES)
    throw invalid('--header', `has ${formatBytes(bytes)} in all, more than ${formatBytes(MOST_BYTES)}`)
  return Object.fromEntries(headers)
}

function headersIn(option: string, index: number): readonly Given[] {
  if (!option.startsWith('@')) return [{ place: `--header number ${index + 1}`, text: option.trim() }]
  const file = option.slice(1)
  const text = readGiven('--header', file, 'HEADER_FILE_UNREADABLE', readUserFile)
  return linesOf(text).map((line) => ({ place: `line ${line.number} of ${file}`, text: line.text }))
}

const invalid = (place: string, problem: string): AuthbenchError =>
  new AuthbenchError('HEADER_INVALID', `${place} ${problem}`, {
    next: "Give --header 'Name: value', each name once; a secret goes into a file with such lines: --header @FILE.",
  })
