import { randomBytes } from 'node:crypto'

/** A credential and what was done to it. */
type Named = readonly [what: string, credential: string]

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Of no server. */
export const GARBAGE: readonly string[] = [
  'x',
  'null',
  '.',
  '..',
  '....',
  'a.b.c',
  '{}',
  '%00',
  '\u00ff\u00fe',
  'A'.repeat(43),
  randomBytes(32).toString('base64url'),
  randomBytes(32).toString('hex'),
  randomBytes(3000).toString('base64url'),
  `${randomBytes(20).toString('base64url')}.${randomBytes(90).toString('base64url')}.${randomBytes(32).toString('base64url')}`,
  'e30.e30.e30',
  `${'[['.repeat(1500)}.e30.e30`,
]

/** Cut short, or made longer. */
export function resizedOf(own: string): readonly Named[] {
  const lengths = [1, 2, own.length >> 1, own.length - 2, own.length - 1]
  return [
    ...lengths.map((length) => [`first ${length} characters`, own.slice(0, length)] as const),
    ['without its first character', own.slice(1)],
    ['one more character', `${own}A`],
    ['twice', own + own],
    ['one more segment', `${own}.${own.slice(-43)}`],
    ['an empty segment', `${own}.`],
  ]
}

/** One character other, in each of its parts. */
export function flippedIn(own: string): readonly Named[] {
  const places = partsOf(own).flatMap(([start, end]) => [
    start,
    start + 1,
    (start + end) >> 1,
    end - 2,
    end - 1,
  ])
  return places.map((place) => [`character ${place} of ${own.length}`, withChanged(own, place)])
}

/** Other texts that a lenient decoder reads as the same bytes. */
export function spellingsOf(own: string): readonly Named[] {
  const middle = own.length - 20
  return [
    ...Array.from(BASE64URL)
      .filter((character) => character !== own.at(-1))
      .map((character) => [`ends in ${character}`, own.slice(0, -1) + character] as const),
    ['padding', `${own}=`],
    ['double padding', `${own}==`],
    ['a space inside', `${own.slice(0, middle)} ${own.slice(middle)}`],
    ['a tab inside', `${own.slice(0, middle)}\t${own.slice(middle)}`],
    ['a space for a character', `${own.slice(0, middle)} ${own.slice(middle + 1)}`],
    ['quotes', `"${own}"`],
    ...(/[-_]/.test(own)
      ? [['the alphabet of plain base64', own.replaceAll('-', '+').replaceAll('_', '/')] as const]
      : []),
  ]
}

/** Start and end of each segment of a token, of each third of anything else. */
function partsOf(credential: string): (readonly [number, number])[] {
  const segments = credential.split('.')
  if (segments.length === 1) {
    const third = Math.ceil(credential.length / 3)
    return [0, third, 2 * third].map((start) => [start, Math.min(start + third, credential.length)])
  }
  let start = 0
  return segments.map((segment) => {
    const part = [start, start + segment.length] as const
    start += segment.length + 1
    return part
  })
}

/** The lowest bit of the character's value is flipped, so that the last character changes in its unused bits. */
export function withChanged(credential: string, place: number): string {
  const other = BASE64URL.charAt(BASE64URL.indexOf(credential.charAt(place)) ^ 1)
  return credential.slice(0, place) + other + credential.slice(place + 1)
}
