import { expect, test } from 'vitest'
import { canonicalJson, withoutQueryValues } from './inputs.ts'

test('the order of members makes no difference, at any depth; that of lists does', () => {
  const one = canonicalJson({ a: 1, b: { c: [1, 2], d: null } })
  expect(canonicalJson({ b: { d: null, c: [1, 2] }, a: 1 })).toBe(one)
  expect(canonicalJson({ a: 1, b: { c: [2, 1], d: null } })).not.toBe(one)
  expect(canonicalJson({ a: 1, left: undefined })).toBe('{"a":1}')
})

test.each([
  ['/me', '/me'],
  ['/me?key=secret&x', '/me?key&x'],
  ['/me?a=1=2&a=3', '/me?a&a'],
])('%s is told as %s', (path, told) => {
  expect(withoutQueryValues(path)).toBe(told)
})
