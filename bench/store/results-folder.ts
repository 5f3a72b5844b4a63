// In this folder: what is kept on disk. There are the folder of a run, its environment, and the lock that lets one run at a time through.

import { randomBytes } from 'node:crypto'
import {
  accessSync,
  appendFileSync,
  constants,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { type Cell, cellSchema } from '../../src/results/cell.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { RESULTS_SCHEMA_ID, type Results, resultsSchema } from '../../src/results/results.ts'
import { makeFolder, readUserFile } from './user-file.ts'

/** Ten thousand cells have a tenth of it. */
const LARGEST_BYTES = 500_000_000

/** A full run writes a few megabytes; less than this and a disk is as good as full. */
const FREE_BYTES_NEEDED = 20_000_000

export interface ResultsFolder {
  readonly id: string
  readonly path: string
  appendCell(cell: Cell): void
  /** One line, flushed. */
  appendLine(file: string, value: unknown): void
  /** Whole or not at all: temporary file, then rename. */
  write(file: string, text: string): void
  /** Points `latest` beside the folder to it. */
  link(): void
}

const notWritable = (folder: string, error: unknown, exitCode: 2 | 3 = 2) =>
  new AuthbenchError('OUT_NOT_WRITABLE', `cannot write results to ${folder}: ${messageOf(error)}`, {
    next: 'Free space there, or choose another folder with --out DIR.',
    exitCode,
    cause: error,
  })

const runId = (startedAt: Date, profile: string): string =>
  `${startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${profile}-${randomBytes(2).toString('hex')}`

/**
 * A new folder for a run, proven to be writable before anything is measured.
 * @throws AuthbenchError OUT_NOT_WRITABLE, OUT_DISK_FULL
 */
export function createResultsFolder(
  out: string,
  profile: string,
  startedAt: Date,
  firstFile = 'cells.ndjson',
): ResultsFolder {
  const parent = resolve(out)
  const id = runId(startedAt, profile)
  const path = join(parent, id)
  try {
    makeFolder(path)
    accessSync(path, constants.W_OK)
    writeFileSync(join(path, firstFile), '')
  } catch (error) {
    rmSync(path, { recursive: true, force: true })
    throw notWritable(parent, error)
  }
  const { bavail, bsize } = statfsSync(path)
  if (bavail * bsize < FREE_BYTES_NEEDED) {
    rmSync(path, { recursive: true })
    throw new AuthbenchError('OUT_DISK_FULL', `${parent} has ${bavail * bsize} bytes left`, {
      next: `Free ${FREE_BYTES_NEEDED} bytes, or choose another folder with --out DIR.`,
    })
  }
  const appendLine = (file: string, value: unknown) =>
    guarded(path, () => {
      makeFolder(dirname(join(path, file)))
      appendFileSync(join(path, file), `${JSON.stringify(value)}\n`, { flush: true })
    })
  return {
    id,
    path,
    appendLine,
    appendCell: (cell) => appendLine('cells.ndjson', cell),
    write: writerTo(path),
    link() {
      const latest = join(parent, 'latest')
      // Somebody's own file or folder of that name stays.
      if (lstatSync(latest, { throwIfNoEntry: false })?.isSymbolicLink() === false) return
      try {
        symlinkSync(id, `${latest}.${id}`)
        renameSync(`${latest}.${id}`, latest)
      } catch {
        // A file system without symbolic links; the folder is named in the output all the same.
      }
    },
  }
}

/**
 * The folder of a stored run, to write its reports anew; `latest` stays where it is.
 * @throws AuthbenchError OUT_NOT_WRITABLE
 */
export function openResultsFolder(folder: string): Pick<ResultsFolder, 'path' | 'write' | 'link'> {
  const path = resolve(folder)
  try {
    accessSync(path, constants.W_OK)
  } catch (error) {
    throw notWritable(path, error)
  }
  return { path, write: writerTo(path), link() {} }
}

function guarded(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw notWritable(path, error, 3)
  }
}

const writerTo =
  (path: string): ResultsFolder['write'] =>
  (file, text) =>
    guarded(path, () => {
      const target = join(path, file)
      makeFolder(dirname(target))
      writeFileSync(`${target}.part`, text, { flush: true })
      renameSync(`${target}.part`, target)
    })

/** @throws AuthbenchError RESULTS_MISSING, RESULTS_NOT_JSON, RESULTS_SCHEMA, RESULTS_INVALID */
export function readResults(folder: string): Results {
  const file = join(folder, 'results.json')
  let text: string
  try {
    text = readUserFile(file, LARGEST_BYTES)
  } catch (error) {
    throw new AuthbenchError('RESULTS_MISSING', `no stored run in ${folder}: ${messageOf(error)}`, {
      next: 'Name a folder below results/, for example results/latest.',
      cause: error,
    })
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new AuthbenchError('RESULTS_NOT_JSON', `${file} is not JSON: ${messageOf(error)}`, {
      next: 'The file was changed or cut off; its cells.ndjson may still be whole.',
      cause: error,
    })
  }
  const schema = z.object({ schema: z.string() }).safeParse(parsed)
  if (schema.success && schema.data.schema !== RESULTS_SCHEMA_ID) {
    throw new AuthbenchError('RESULTS_SCHEMA', `${file} has schema '${schema.data.schema}'`, {
      next: `This version reads '${RESULTS_SCHEMA_ID}'; use the version that wrote the file.`,
    })
  }
  const results = resultsSchema.safeParse(parsed)
  if (!results.success) {
    throw new AuthbenchError(
      'RESULTS_INVALID',
      `${file} is not a result file:\n${z.prettifyError(results.error)}`,
      {
        next: 'The file was changed by hand, or written by another program or an earlier version.',
      },
    )
  }
  return results.data
}

/** @throws AuthbenchError CELLS_INVALID naming the line */
export function readCells(folder: string): Cell[] {
  const lines = readFileSync(join(folder, 'cells.ndjson'), 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line === '') return []
    try {
      return [cellSchema.parse(JSON.parse(line))]
    } catch (error) {
      throw new AuthbenchError('CELLS_INVALID', `cells.ndjson line ${index + 1}: ${messageOf(error)}`, {
        next: 'The file was changed or cut off.',
        cause: error,
      })
    }
  })
}
