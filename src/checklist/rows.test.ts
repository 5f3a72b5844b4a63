import { describe, expect, it } from 'vitest'
import { CHECKLIST, CHECKLIST_GROUPS } from './items.ts'
import {
  type CaseFailure,
  type ConformanceRow,
  conformanceCounts,
  conformanceMatrix,
  conformanceRow,
  isUnexpected,
} from './rows.ts'

describe('the checklist', () => {
  it('names every item once, in a group that has a name', () => {
    const ids = CHECKLIST.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(ids.map((id) => id.slice(0, 1)))).toEqual(new Set(Object.keys(CHECKLIST_GROUPS)))
    expect(ids.filter((id) => !/^[A-Z]\d\d$/.test(id))).toEqual([])
  })
})

const first: CaseFailure = { name: 'first', message: 'why', isVerdict: true }
const second: CaseFailure = { name: 'second', message: 'and why', isVerdict: true }

describe('an item', () => {
  it.each([
    ['kept', [], undefined, 'pass', null],
    ['broken', [first, second], undefined, 'unexpected failure', 'first: why; second: and why'],
    ['broken by design', [first], ['first'], 'expected failure', 'reason'],
    ['broken by design in two cases', [first, second], ['second', 'first'], 'expected failure', 'reason'],
    ['broken elsewhere too', [first, second], ['first'], 'unexpected failure', 'second: and why'],
    [
      'never tried to its end',
      [{ ...first, isVerdict: false }],
      ['first'],
      'unexpected failure',
      'first: why',
    ],
    ['kept against its declaration', [], ['first'], 'unexpected pass', expect.stringContaining('first')],
    [
      'kept in a declared case',
      [first],
      ['first', 'second'],
      'unexpected pass',
      expect.stringContaining('second'),
    ],
  ] as const)('that is %s comes out as such', (_what, failures, cases, outcome, detail) => {
    const exception = cases && { reason: 'reason', cases }
    expect(conformanceRow('s', 'J01', failures, exception)).toEqual({
      strategy: 's',
      item: 'J01',
      outcome,
      detail,
    })
  })

  it('that held only when it was tried again says so', () => {
    expect(conformanceRow('s', 'J01', [], undefined, ['first: kept at try 2']).detail).toBe(
      'first: kept at try 2',
    )
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
