import { expect, test } from 'vitest'
import { type CapacityTexts, readInputs } from './inputs.ts'

const NOTHING: CapacityTexts = {
  requestsPerSecond: undefined,
  users: undefined,
  ttlSeconds: undefined,
  regions: undefined,
  utilisation: undefined,
}
const read = (texts: Partial<CapacityTexts>) =>
  readInputs({ ...NOTHING, requestsPerSecond: '1000', ...texts })

test('what is not said has a default or stays unknown', () => {
  expect(read({})).toEqual({
    inputs: { requestsPerSecond: 1000, users: null, ttlSeconds: null, regions: 1, utilisation: 0.6 },
    given: ['requestsPerSecond'],
    problems: [],
  })
})

test('a share is a percentage or a fraction', () => {
  for (const utilisation of ['45%', '0.45', '45 %'])
    expect(read({ utilisation }).inputs?.utilisation).toBe(0.45)
})

test.each<[string, Partial<CapacityTexts>, RegExp]>([
  ['no requests', { requestsPerSecond: undefined }, /^--requests: how many/],
  ['no number', { users: 'many' }, /^--users: “many” is no whole number/],
  ['half a region', { regions: '1.5' }, /^--regions: “1.5” is no whole number from 1 to 1000/],
  ['a percentage of users', { users: '60%' }, /^--users:/],
  ['more than a core', { utilisation: '120%' }, /^--utilisation: .* no share/],
  ['nothing of a core', { utilisation: '0' }, /^--utilisation:/],
  ['a negative life', { ttlSeconds: '-1' }, /^--ttl:/],
  ['beyond all numbers', { requestsPerSecond: '1e999' }, /^--requests:/],
  ['an empty text', { requestsPerSecond: '' }, /^--requests:/],
])('%s is refused with the option that it stands behind', (_name, texts, problem) => {
  const { inputs, problems } = read(texts)
  expect(inputs).toBeNull()
  expect(problems.join('\n')).toMatch(problem)
})
