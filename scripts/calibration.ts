/**
 * Writes results/calibration.md: what many runs against the same code, and against a copy that was made slower on purpose, say about the
 * limits and the gates. `node scripts/calibration.ts FOLDER` takes every run below the folder, all made with `authbench run --against`.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCells, readResults } from '../bench/results-folder.ts'
import { changeTable, noiseTable, pairTable } from './calibration/changes.ts'
import { checkTable } from './calibration/checks.ts'
import type { CalibrationRun } from './calibration/run.ts'
import { budgetTable } from './calibration/variance.ts'

const TARGET = new URL('../results/calibration.md', import.meta.url)

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('name the folder that holds the runs')
const runs: CalibrationRun[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join(folder, name))
  .sort()
  .map((path) => ({ results: readResults(path), cells: readCells(path) }))
const [first] = runs
if (first === undefined) throw new Error(`no runs in ${folder}`)
const { environment, run } = first.results

const text = `# Calibration

Made by \`node scripts/calibration.ts FOLDER\` from ${runs.length} runs with \`authbench run --profile ${run.profile} --against DIR\`, started from
${run.startedAt.slice(0, 16)} to ${runs.at(-1)?.results.run.startedAt.slice(0, 16)} (UTC), on ${environment.cores} cores of ${environment.cpu}, Node ${environment.node}.
${environment.pinning.sentence} Base and head are two checkouts of the same code, but for strategies that the head makes slower on purpose.

## Two copies of the same code: the noise that each run reports

${noiseTable(runs)}

## Two checkouts: what the gates said

A run whose gate is open after the planned rounds is extended once, to twice as many.

${changeTable(runs)}

## The same strategy under two names, judged as any two strategies are

Head against base of a strategy that is the same in both: a difference is shown where the whole 95 % interval lies outside the A/A band of the run.

${pairTable(runs)}

## Every check, over all cells

Share of cells beyond each limit, and the distribution of the values. Repeated cells count with every attempt.

${checkTable(runs)}

## Where the variance is

${budgetTable(runs)}
`
writeFileSync(fileURLToPath(TARGET), text)
