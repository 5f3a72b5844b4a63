import { expect, test } from 'vitest'
import { memoryStore } from './memory.ts'

test('a value lives exactly as long as it was given', () => {
  let now = 0
  const store = memoryStore(() => now)
  store.set('key', 'value', 10)
  now = 9_999
  expect([store.get('key'), store.exists('key')]).toEqual(['value', true])
  now = 10_000
  expect([store.get('key'), store.exists('key')]).toEqual([null, false])
})

test('a value that is written again lives from then on, and does not keep older ones from going', () => {
  let now = 0
  const entries = new Map()
  const store = memoryStore(() => now, entries)
  store.set('first', 'old', 10)
  now = 5_000
  store.set('second', 'value', 10)
  now = 6_000
  store.set('first', 'new', 10)
  now = 15_000
  store.set('third', 'value', 10)
  expect(store.get('first')).toBe('new')
  expect([...entries.keys()]).toEqual(['first', 'third'])
})

test('a deleted value is gone', () => {
  const store = memoryStore(() => 0)
  store.set('key', 'value', 10)
  store.delete('key')
  expect(store.get('key')).toBeNull()
})

test('a write drops what has expired, so that the store does not grow for ever', () => {
  let now = 0
  const entries = new Map()
  const store = memoryStore(() => now, entries)
  for (let index = 0; index < 100; index++) {
    store.set(`key ${index}`, 'value', 10)
    now += 1_000
  }
  expect(entries.size).toBe(10)
})

test('a read that touches starts the lifetime anew, and brings nothing back', async () => {
  let now = 0
  const store = memoryStore(() => now)
  await store.setMany(
    [
      ['key', 'value'],
      ['gone', 'value'],
    ],
    10,
  )
  store.delete('gone')
  now = 9_000
  expect([store.getAndTouch('key', 10), store.getAndTouch('gone', 10)]).toEqual(['value', null])
  now = 18_000
  expect([store.get('key'), store.get('gone')]).toEqual(['value', null])
})
