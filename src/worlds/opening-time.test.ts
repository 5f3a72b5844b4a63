import { expect, test } from 'vitest'
import { linkNamed } from './links.ts'
import { openingMs } from './opening-time.ts'

const over = (name: string, connections: number, requestBytes = 600) => {
  const link = linkNamed(name)
  if (link === null) throw new Error(`no link '${name}'`)
  return openingMs(link, connections, requestBytes)
}

test('a slow link takes as long as its round trips and the bytes of all connections', () => {
  // Hello, certificate and request of each are a kilobyte up and one down.
  expect(over('edge', 64)).toBeGreaterThan(3 * 840 + (64 * 1000 * 8) / 200 + (64 * 1000 * 8) / 240)
  expect(over('edge', 1)).toBeLessThan(5000)
  expect(over('edge', 1, 60_000)).toBeGreaterThan(over('edge', 1) + 2000)
})

test('a fast one adds next to nothing', () => {
  expect(over('lan', 64)).toBeLessThan(10)
})
