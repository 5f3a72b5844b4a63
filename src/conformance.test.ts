import { describe, expect, it } from 'vitest'
import { CHECKLIST, CHECKLIST_GROUPS } from './checklist.ts'
import {
  type ConformanceRow,
  conformanceCounts,
  conformanceMatrix,
  conformanceRow,
  isUnexpected,
} from './conformance.ts'

describe('the checklist', () => {
  it('names every item once, in a group that has a name', () => {
    const ids = CHECKLIST.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(ids.map((id) => id.slice(0, 1)))).toEqual(new Set(Object.keys(CHECKLIST_GROUPS)))
    expect(ids.filter((id) => !/^[A-Z]\d\d$/.test(id))).toEqual([])
  })
})

describe('an item', () => {
  it.each([
    ['kept', [], undefined, 'pass', null],
    ['broken', ['why', 'and why'], undefined, 'unexpected failure', 'why; and why'],
    ['broken by design', ['why'], 'reason', 'expected failure', 'reason'],
    ['kept against its declaration', [], 'reason', 'unexpected pass', expect.stringContaining('reason')],
  ] as const)('that is %s comes out as such', (_what, failures, exception, outcome, detail) => {
    expect(conformanceRow('s', 'J01', failures, exception)).toEqual({
      strategy: 's',
      item: 'J01',
      outcome,
      detail,
    })
  })
})

describe('rows', () => {
  const rows: readonly ConformanceRow[] = [
    { strategy: 'b', item: 'S05', outcome: 'expected failure', detail: 'reason' },
    { strategy: 'b', item: 'J01', outcome: 'pass', detail: null },
    { strategy: 'a', item: 'J01', outcome: 'unexpected failure', detail: 'why' },
  ]

  it('become a matrix in the order of the checklist and of the strategies', () => {
    expect(conformanceMatrix(rows)).toEqual({
      items: ['J01', 'S05'],
      strategies: [
        { strategy: 'b', outcomes: ['pass', 'expected failure'] },
        { strategy: 'a', outcomes: ['unexpected failure', 'not applicable'] },
      ],
    })
  })

  it('are counted by outcome, those without any as none', () => {
    expect(conformanceCounts(rows)).toEqual({
      pass: 1,
      'expected failure': 1,
      'unexpected failure': 1,
      'unexpected pass': 0,
      'not applicable': 0,
    })
    expect(rows.filter(isUnexpected)).toEqual([rows[2]])
  })
})
