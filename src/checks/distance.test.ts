import { expect, test } from 'vitest'
import type { Way } from '../results/cell.ts'
import { encodeHistogram, newHistogram } from '../results/histogram.ts'
import { fakeCells } from '../testing/fake-cells.ts'
import { FAKE_STRATEGIES } from '../testing/fake-subjects.ts'
import { distance } from './distance.ts'

const late = (us: number, count = 100) => {
  const histogram = newHistogram()
  histogram.recordValueWithCount(us, count)
  return encodeHistogram(histogram)
}
const way = (upUs: number, downUs: number, rest: Partial<Way> = {}): Way => ({
  kind: 'store',
  roundTripMs: 1,
  upLatenessHdr: late(upUs),
  downLatenessHdr: late(downUs),
  rateOff: null,
  cpuUs: 1,
  ...rest,
})

function checkedOf(responses: number, ...ways: readonly (readonly Way[])[]) {
  const [cell] = fakeCells({ strategies: FAKE_STRATEGIES.slice(0, 1), rounds: 1, slices: ways.length })
  if (cell?.state !== 'completed') throw new Error('no cell')
  const slices = cell.load.slices.map((slice, index) => ({ ...slice, ways: [...(ways[index] ?? [])] }))
  const [{ info } = { info: undefined }] = FAKE_STRATEGIES
  if (info === undefined) throw new Error('no strategy')
  return distance.check({ ...cell, load: { ...cell.load, slices, responses } }, info, 1)
}
const checked = (...ways: readonly (readonly Way[])[]) => checkedOf(10_000, ...ways)

test('a cell without a distance is not asked', () => {
  expect(checked([])).toBeNull()
})

test.each([
  ['ok', [way(40, 50)]],
  ['warn', [way(80, 50)]],
  ['invalid', [way(150, 60)]],
  ['invalid', [way(10, 10, { kind: 'link', rateOff: 0.03 })]],
  ['ok', [way(10, 10, { kind: 'link', rateOff: 0.01 })]],
  ['invalid', [way(10, 10), way(150, 60, { kind: 'link' })]],
])('%s: %j', (outcome, ways) => {
  expect(checked(ways)).toMatchObject({ outcome })
})

test('windows count by what went through them', () => {
  const rare = way(0, 0, { upLatenessHdr: late(5000, 5), downLatenessHdr: late(5000, 5) })
  expect(checked([way(20, 20)], [rare])).toMatchObject({ outcome: 'ok' })
  expect(checked([rare], [rare])).toMatchObject({ outcome: 'invalid' })
})

test('what is said in the background, beside a thousand requests and more, is not judged', () => {
  const windows = [[way(5000, 5000, { upLatenessHdr: late(5000, 1), downLatenessHdr: late(5000, 1) })]]
  expect(checkedOf(2001, ...windows)).toMatchObject({
    outcome: 'ok',
    sentence: 'No request in a thousand took the way to the store.',
  })
  expect(checkedOf(2000, ...windows)).toMatchObject({ outcome: 'invalid' })
})
