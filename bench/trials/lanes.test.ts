import { expect, test } from 'vitest'
import type { Stage } from './experiment.ts'
import { inLanes } from './lanes.ts'

const none = () => Promise.reject(new Error('no world in this test'))
const NOTHING: Stage = {
  signal: new AbortController().signal,
  server: none,
  redis: none,
  folder: none,
  keep: none,
  defer: () => undefined,
}

/** Trials of these jobs are void so many times. */
async function tried(voidTimes: Readonly<Record<string, number>>, lanes: number) {
  const begun: string[] = []
  const said: string[] = []
  const leftOut: string[] = []
  let most = 0
  let underWay = 0
  let current = ''
  await inLanes<string, string>(
    {
      async trial(_wish, work) {
        underWay += 1
        most = Math.max(most, underWay)
        const job = await work(NOTHING)
        await new Promise((resolve) => setImmediate(resolve))
        underWay -= 1
        current = String(job)
        return begun.filter((each) => each === current).length > (voidTimes[current] ?? 0)
      },
      say: (line) => said.push(line),
      leaveOut: (sentence) => leftOut.push(sentence),
    },
    ['a', 'b', 'c', 'd'],
    {
      lanes,
      limitMs: 1,
      nameOf: (job) => job,
      async work(job) {
        begun.push(job)
        return job
      },
    },
  )
  return { begun, said, leftOut, most }
}

test('every job has its trial, so many at the same time', async () => {
  const { begun, said, most } = await tried({}, 2)
  expect(begun.toSorted()).toEqual(['a', 'b', 'c', 'd'])
  expect(said.toSorted()).toEqual(['a', 'b', 'c', 'd'])
  expect(most).toBe(2)
})

test('a trial that is void is made again, three times in all, and then named as left out', async () => {
  const { begun, said, leftOut } = await tried({ b: 1, c: 9 }, 1)
  expect(begun).toEqual(['a', 'b', 'b', 'c', 'c', 'c', 'd'])
  expect(said).toEqual(['a', 'b', 'd'])
  expect(leftOut).toEqual(['c is missing: 3 trials of it were void.'])
})
