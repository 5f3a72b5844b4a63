import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstJsonProblem } from './json-position.ts'

const positionIn = (text: string) => {
  const found = firstJsonProblem(text)
  return found?.kind === 'syntax' ? { line: found.line, column: found.column } : null
}

test('names the line and column of the first character that cannot be there', () => {
  expect(positionIn('{"a": 1,\n  b: 2}')).toEqual({ line: 2, column: 3 })
  expect(positionIn('{"a": 1')).toEqual({ line: 1, column: 8 })
  expect(positionIn('[1,]')).toEqual({ line: 1, column: 4 })
  expect(positionIn('{"a": 1}\n\n}')).toEqual({ line: 3, column: 1 })
  expect(positionIn('')).toEqual({ line: 1, column: 1 })
  expect(positionIn('{"a": "b')).toEqual({ line: 1, column: 7 })
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
      const found = firstJsonProblem(text)
      if (found === null || found.kind === 'syntax') expect(found === null).toBe(isJson(text))
    }),
  )
})

test.each<[text: string, kind: string | null, line?: number, column?: number]>([
  ['{"a": 9007199254740993}', 'number', 1, 7],
  ['{"a": -9223372036854775808}', 'number', 1, 7],
  ['{"a": 9223372036854775807}', 'number', 1, 7],
  ['{"a": 1e999}', 'number', 1, 7],
  ['[1, [1e-400]]', 'number', 1, 6],
  ['{"a": -0}', 'number', 1, 7],
  ['{"a": 3.14159265358979323846}', 'number', 1, 7],
  ['[0, 1.0, 1e2, 0.1, 1.50, 100, 12e-1, 9007199254740992, 1e21, 5e-324]', null],
  ['{"a": 1,\n "a": 1}', 'name', 2, 2],
  ['{"a": {"b": 1, "c": {}, "b": 2}}', 'name', 1, 25],
  ['{"a": 1, "\\u0061": 2}', 'name', 1, 10],
  ['[{"a": 1}, {"a": 1}, {"b": {"a": 1}, "a": 2}]', null],
  ['{"__proto__": {}}', 'name', 1, 2],
  ['["\\ud800"]', 'text', 1, 2],
  ['["\\ud83d\\ude00"]', null],
])('%s is taken as it is, or told where it would be altered', (text, kind, line, column) => {
  const found = firstJsonProblem(text)
  expect(found === null ? null : [found.kind, found.line, found.column]).toEqual(
    kind === null ? null : [kind, line, column],
  )
})

test('what is taken is the same after it was read and written', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      if (firstJsonProblem(text) !== null) return
      const value: unknown = JSON.parse(text)
      expect(JSON.parse(JSON.stringify(value))).toEqual(value)
    }),
  )
})
