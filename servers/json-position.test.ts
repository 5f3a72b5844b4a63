import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstJsonError } from './json-position.ts'

test('names the line and column of the first character that cannot be there', () => {
  expect(firstJsonError('{"a": 1,\n  b: 2}')).toEqual({ line: 2, column: 3 })
  expect(firstJsonError('{"a": 1')).toEqual({ line: 1, column: 8 })
  expect(firstJsonError('[1,]')).toEqual({ line: 1, column: 4 })
  expect(firstJsonError('{"a": 1}\n\n}')).toEqual({ line: 3, column: 1 })
  expect(firstJsonError('')).toEqual({ line: 1, column: 1 })
  expect(firstJsonError('{"a": "b')).toEqual({ line: 1, column: 7 })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('agrees with JSON.parse on every text, whole or damaged', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[],:"\\ \n0-.etrufalsn'))
    .map(([text, place, extra]) => {
      const at = place % (text.length + 1)
      return text.slice(0, at) + extra + text.slice(at + (place % 2))
    })
  fc.assert(
    fc.property(fc.oneof(fc.json(), damaged), (text) => {
      expect(firstJsonError(text) === null).toBe(isJson(text))
    }),
  )
})
