import { hash, randomBytes, randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { newId } from '../../sessions/keeper.ts'
import { assertRandom } from './randomness.ts'

const ids = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i))
const base64url = (bytes: Buffer) => bytes.toString('base64url')

test('a hundred thousand ids of the sessions have no repetition and no pattern', () => {
  assertRandom(ids(100_000, newId))
})

test('a random part in a frame is found', () => {
  const signed = ids(2000, () => {
    const id = base64url(randomBytes(24))
    return `s~${id}.${hash('sha256', id, 'base64url')}`
  })
  assertRandom(signed)
})

test.each([
  ['few', 'bits vary freely', () => base64url(Buffer.concat([Buffer.alloc(20), randomBytes(15)]))],
  ['counted', 'bits vary freely', (index: number) => base64url(Buffer.from(String(index).padStart(32, '0')))],
  ['biased', 'bits vary freely', () => base64url(Buffer.from(randomBytes(32).map((byte) => byte | 0x10)))],
  ['said again and again', 'they compress', () => base64url(Buffer.concat(Array(8).fill(randomBytes(4))))],
  ['repeated', 'comes twice', () => base64url(Buffer.alloc(32, randomInt(200)))],
])('ids whose random bits are %s are told', (_what, message, make) => {
  expect(() => assertRandom(ids(2000, make))).toThrow(message)
})
