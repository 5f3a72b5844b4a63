/**
 * Writes results/calibration.md: what many runs against the same code, and against a copy that was made slower on purpose, say about the
 * limits and the gates. `node scripts/calibration.ts KIND=FOLDER ...` takes every run below the folders, all made with `authbench run --against`;
 * KIND says what was done to the head.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCells, readResults } from '../bench/store/results-folder.ts'
import { changeTable, noiseTable } from './calibration/changes.ts'
import { checkTable } from './calibration/checks.ts'
import type { CalibrationRun } from './calibration/run.ts'
import { budgetTable } from './calibration/variance.ts'

const TARGET = new URL('../results/calibration.md', import.meta.url)

const runsOf = (argument: string): CalibrationRun[] => {
  const [kind = '', folder = ''] = argument.split('=')
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .sort()
    .map((path) => ({ kind, results: readResults(path), cells: readCells(path) }))
}

const runs = process.argv.slice(2).flatMap(runsOf)
const [first] = runs
if (first === undefined) throw new Error('name at least one KIND=FOLDER with runs')
const { environment, run } = first.results

const text = `# Calibration

Made by \`node scripts/calibration.ts\` from ${runs.length} runs with \`authbench run --profile ${run.profile} --against DIR\`, on
${run.startedAt.slice(0, 10)}, on ${environment.cores} cores of ${environment.cpu}, Node ${environment.node}.
${environment.pinning.sentence} Base and head are two checkouts of the same code, but for strategies that the head makes slower on purpose.

## The same strategy under two names: the noise that each run reports

Head and twin are two copies of one strategy. A 95 % interval that excludes 1 would be a difference where there is none; one in twenty is expected to.

${noiseTable(runs)}

## Two checkouts: what the gates said

A run whose gate is open after the planned rounds is extended once, to twice as many.

${changeTable(runs)}

## Every check, over all cells

Share of cells beyond each limit, and the distribution of the values. Repeated cells count with every attempt.

${checkTable(runs)}

## Where the variance is

${budgetTable(runs)}
`
writeFileSync(fileURLToPath(TARGET), text)
