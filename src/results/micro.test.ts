import { describe, expect, it } from 'vitest'
import { fakeMicro } from '../testing/fake-micro.ts'
import { fakeResults } from '../testing/fake-results.ts'
import { differenceOf, microSchema } from './micro.ts'
import { resultsSchema } from './results.ts'

const results = fakeResults()
const micro = fakeMicro(results)
const { environment } = results

describe('a micro measurement', () => {
  it('can be stored alone and in the run that it explains', () => {
    expect(microSchema.parse(JSON.parse(JSON.stringify(micro)))).toEqual(micro)
    expect(resultsSchema.parse(JSON.parse(JSON.stringify({ ...results, micro })))).toEqual({
      ...results,
      micro,
    })
  })

  it('is null in a run that has none, however old its file', () => {
    const { micro: _none, ...stored } = results
    expect(resultsSchema.parse(stored).micro).toBeNull()
  })

  it.each([
    ['another machine', { environment: { ...environment, cpu: 'another' }, extraClaims: [] }],
    ['another Node', { environment: { ...environment, node: 'v1.0.0' }, extraClaims: [] }],
    ['other options', { environment: { ...environment, nodeFlags: ['--jitless'] }, extraClaims: [] }],
    ['other versions', { environment: { ...environment, packages: { jose: '1.0.0' } }, extraClaims: [] }],
    ['other claims', { environment, extraClaims: ['roles'] }],
  ])('does not explain a run with %s', (difference, there) => {
    expect(differenceOf({ environment, extraClaims: [] }, there)).toMatch(new RegExp(`^${difference}`))
  })

  it('explains a run of the same machine with another Redis', () => {
    const there = { environment: { ...environment, redis: '6.2.0' }, extraClaims: [] }
    expect(differenceOf({ environment, extraClaims: [] }, there)).toBeNull()
  })
})
