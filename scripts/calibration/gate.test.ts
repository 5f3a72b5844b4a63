import { expect, test } from 'vitest'
import { changesWithin } from '../../src/gates/changes-of-runs.ts'
import { parseGates } from '../../src/gates/gate.ts'
import { simulatedRun } from '../../src/testing/simulated-runs.ts'
import { gateText } from './gate.ts'

const runs = (factor: number, seeds: readonly number[]) =>
  seeds.map((seed) => {
    const run = simulatedRun({ seed, against: true, factors: { 'memory.allocated': factor } })
    const changes = changesWithin(run, parseGates(['allocated=0.5%']))
    return { ...run, changes: changes.filter(({ strategy }) => strategy === 'jwt-hs256') }
  })

test('false alarms and what is found are counted apart, with the runs that were made', () => {
  const text = gateText(
    { same: runs(1, [1, 2, 3]), more: runs(1.01, [4, 5]) },
    { strategy: 'jwt-hs256', bytes: 160 },
  )
  expect(text).toContain('from 5 runs')
  expect(text).toMatch(/an array of 160 bytes \(1\.0\d %/)
  const rows = text.split('\n').filter((line) => line.startsWith('| '))
  expect(rows.map((row) => row.split(' | ')).map((row) => [row[1], ...row.slice(4, 7)])).toEqual([
    ['runs', 'regression', 'pass', 'inconclusive'],
    ['---', '---', '---', '---'],
    ['3', '0', '3', '0'],
    ['2', '2', '0', '0'],
  ])
})
