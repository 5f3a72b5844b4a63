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

test('a run that says nothing about allocation counts as without a verdict, and an extended one has its planned rounds', () => {
  const [said, silent] = runs(1, [1, 2])
  if (said === undefined || silent === undefined) throw new Error('there are no runs')
  const extended = { ...silent, changes: [], run: { ...silent.run, extended: true } }
  const text = gateText({ same: [extended, said], more: [] }, { strategy: 'jwt-hs256', bytes: 160 })
  expect(text).toContain(`A run has ${silent.config.rounds / 2} rounds`)
  expect(text).toMatch(/an array of 160 bytes \(1\.0\d %/)
  const [head, , same] = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | '))
  expect(same?.[head?.indexOf('no verdict') ?? -1]).toBe('1')
})
