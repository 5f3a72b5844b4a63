import { describe, expect, it } from 'vitest'
import type { CellData } from '../metrics/metric.ts'
import type { AgentWindow } from '../results/cell.ts'
import { healthy, outcome, sentence, strategy, withSlices } from '../testing/checked-cells.ts'
import { checkCell } from './registry.ts'

describe('checks of several load agents', () => {
  const agent = (change: Partial<AgentWindow> = {}): AgentWindow => ({
    agent: 'one',
    connections: 8,
    seconds: 1,
    responses: 8000,
    meanLatencyUs: 1000,
    idleUs: 0,
    cpu: { mainUs: 200_000, otherUs: 10_000, runQueueUs: 0 },
    machine: { totalUs: 2_000_000, busyUs: 220_000, stealUs: 0 },
    isHere: false,
    behindUs: 0,
    clockBoundUs: 100,
    ...change,
  })
  const withAgents = (...changes: Partial<AgentWindow>[]) =>
    withSlices(({ seconds }) => ({
      agents: changes.map((change) => agent({ seconds, meanLatencyUs: 1000 * seconds, ...change })),
    }))

  it('are not those of a run that loads by itself', () => {
    const ids = checkCell(healthy(), strategy.info).map(({ id }) => id)
    expect(ids).not.toContain('start-skew')
    expect(ids).not.toContain('agent-books')
    expect(ids).not.toContain('foreign-cpu-agents')
  })

  it('begin together, or the window is one of fewer', () => {
    const windowUs = (healthy().load.slices[0]?.seconds ?? 0) * 1e6
    const behind = (share: number) =>
      withAgents({}, { agent: 'two', behindUs: share * windowUs, clockBoundUs: 0 })
    expect(outcome('start-skew', withAgents({}, { agent: 'two' }))).toBe('ok')
    expect(outcome('start-skew', behind(0.03))).toBe('warn')
    expect(outcome('start-skew', behind(0.06))).toBe('invalid')
    // An unknown clock hides as much.
    expect(outcome('start-skew', withAgents({ clockBoundUs: 0.06 * windowUs }))).toBe('invalid')
  })

  it('one that loses answers is not hidden by the others', () => {
    expect(outcome('agent-books', withAgents({}, { agent: 'two' }))).toBe('ok')
    expect(outcome('agent-books', withAgents({}, { agent: 'two', responses: 7500 }))).toBe('invalid')
    expect(sentence('agent-books', withAgents({}, { agent: 'two', responses: 7500 }))).toContain('two')
    const open = { inFlightUs: 5000, serviceUs: 5000 }
    expect(outcome('agent-books', withAgents(open))).toBe('ok')
    expect(outcome('agent-books', withAgents({ ...open, serviceUs: 4000 }))).toBe('invalid')
  })

  it('the busiest of them tells whether it is the client that is measured, waiting for a processor included', () => {
    const { seconds = 0 } = healthy().load.slices[0] ?? {}
    const used = (mainShare: number, waitShare: number) =>
      withAgents(
        {},
        {
          cpu: { mainUs: mainShare * seconds * 1e6, otherUs: 0, runQueueUs: waitShare * seconds * 1e6 },
          agent: 'two',
        },
      )
    expect(outcome('generator', used(0.5, 0.1))).toBe('ok')
    expect(outcome('generator', used(0.5, 0.5))).toBe('warn')
  })

  it('one that froze in a window is told, as it loads less than the others', () => {
    const { seconds = 0 } = healthy().load.slices[0] ?? {}
    const longer = (share: number) => withAgents({}, { agent: 'two', seconds: seconds * (1 + share) })
    expect(outcome('agents-end', longer(0.05))).toBe('ok')
    expect(outcome('agents-end', longer(0.15))).toBe('warn')
    expect(outcome('agents-end', longer(0.5))).toBe('invalid')
    expect(outcome('agents-end', withAgents({}))).toBeUndefined()
  })

  it('steal and quotas of their machines count as those of the run’s', () => {
    const stolen = { totalUs: 2_000_000, busyUs: 320_000, stealUs: 100_000 }
    expect(outcome('steal-agents', withAgents({}))).toBe('ok')
    expect(outcome('steal-agents', withAgents({}, { agent: 'two', machine: stolen }))).toBe('invalid')
    expect(outcome('throttling-agents', withAgents({}))).toBeUndefined()
    const throttled = { stops: 3, stoppedUs: 60_000 }
    expect(outcome('throttling-agents', withAgents({}, { agent: 'two', throttled }))).toBe('invalid')
  })

  it('two on one machine are no strangers to each other', () => {
    const both = { totalUs: 2_000_000, busyUs: 430_000, stealUs: 0 }
    const on = (one: string, other: string) =>
      withAgents({ machine: both, on: one }, { agent: 'two', machine: both, on: other })
    expect(outcome('foreign-cpu-agents', on('a', 'a'))).toBe('ok')
    expect(outcome('foreign-cpu-agents', on('a', 'b'))).not.toBe('ok')
  })

  it('what others do on their machines counts there, and their own load only where it is', () => {
    const busy = { totalUs: 2_000_000, busyUs: 800_000, stealUs: 0 }
    expect(outcome('foreign-cpu-agents', withAgents({}))).toBe('ok')
    expect(outcome('foreign-cpu-agents', withAgents({}, { agent: 'two', machine: busy }))).toBe('invalid')
    expect(outcome('foreign-cpu-agents', withAgents({ isHere: true, machine: busy }))).toBeUndefined()
    const share = (cell: CellData) =>
      checkCell(cell, strategy.info).find(({ id }) => id === 'foreign-cpu')?.value ?? 0
    expect(share(withAgents({ isHere: true }))).toBeLessThan(share(withAgents({ isHere: false })))
  })
})
