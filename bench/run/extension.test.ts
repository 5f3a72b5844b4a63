import { describe, expect, it } from 'vitest'
import { changesWithin } from '../../src/gates/changes-of-runs.ts'
import { DEFAULT_GATES } from '../../src/gates/gate.ts'
import type { Results, RunConfig } from '../../src/results/results.ts'
import { fakeResults } from '../../src/testing/fake-results.ts'
import { simulatedRun } from '../../src/testing/simulated-runs.ts'
import { extended } from './extension.ts'
import type { RunOutcome } from './runner.ts'

const { config } = fakeResults({ rounds: 12 })
const PLANNED: RunConfig = { ...config, rounds: 12, against: true }
const OUTCOME: RunOutcome = { cells: [], partial: false, fatal: null }

/** A change whose interval holds the limit, or one far below it. */
function resultsOf(isOpen: boolean): Results {
  const run = simulatedRun({ against: true, seed: 1, factors: { 'cpu.server': isOpen ? 1.05 : 1 } })
  return { ...fakeResults({ rounds: 12 }), changes: changesWithin(run, DEFAULT_GATES) }
}

async function look(isOpen: boolean, more: Partial<RunOutcome> = {}, first: Partial<RunOutcome> = {}) {
  const measured: [number, number][] = []
  const said: string[] = []
  const looks: number[] = []
  const end = await extended({ ...OUTCOME, ...first }, PLANNED, {
    async measure(planned, firstRound) {
      measured.push([firstRound, planned.rounds])
      return { ...OUTCOME, ...more }
    },
    analysed(_, { rounds }) {
      looks.push(rounds)
      return resultsOf(isOpen)
    },
    say: (line) => said.push(line),
  })
  return { measured, said, looks, end }
}

describe('the one extension of a run', () => {
  it('adds as many rounds again while a gate is open, and judges all of them', async () => {
    const { measured, looks, said } = await look(true)
    expect(measured).toEqual([[12, 24]])
    expect(looks).toEqual([12, 24])
    expect(said).toEqual(['A gate is open after 12 rounds; as many again decide.'])
  })

  it('adds none where every gate is decided, or the run was stopped', async () => {
    expect((await look(false)).measured).toEqual([])
    expect((await look(true, {}, { partial: true })).measured).toEqual([])
  })

  it('judges the planned rounds alone where the added ones did not come to their end', async () => {
    const { looks, end, said } = await look(true, { partial: true })
    expect(looks).toEqual([12])
    expect(end.outcome.partial).toBe(false)
    expect(said.at(-1)).toContain('the planned ones are judged alone')
  })
})
