import { expect, test } from 'vitest'
import { padEnd, shorten, singleLine, widthOf, wrap } from './width.ts'

test('an interval is never divided by a line break', () => {
  expect(wrap('adds 5.6 µs/req [4.3, 7.0] of CPU', 20)).toEqual(['adds 5.6 µs/req', '[4.3, 7.0] of CPU'])
})

test('a word that is longer than the line is cut', () => {
  expect(wrap('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl'])
})

test('wide and combining characters count as the terminal shows them', () => {
  expect(['é', 'e\u0301', '漢字', '🔑'].map(widthOf)).toEqual([1, 1, 4, 2])
  expect(padEnd('漢', 4)).toBe('漢  ')
  expect(shorten('漢字漢字', 5)).toBe('漢字…')
})

test('text from outside cannot send escape sequences, break lines or turn the writing direction', () => {
  expect(singleLine('a\u001b[31mred\r\nb\u202ec\u2028d')).toBe('a [31mred b c d')
})
