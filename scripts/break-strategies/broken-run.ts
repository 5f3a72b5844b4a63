// In this folder: one run of `break-strategies.ts`, and what it has to say.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readResults } from '../../bench/store/results-folder.ts'
import { messageOf } from '../../src/results/errors.ts'

export interface Broken {
  readonly experiment: string
  /** File of `servers/testing/broken/`. */
  readonly strategy: string
  readonly says: string
}

export const BROKEN: readonly Broken[] = [
  { experiment: 'revocation', strategy: 'late-revocation', says: 'accepted a revoked credential' },
  { experiment: 'refresh-race', strategy: 'lost-family', says: 'refreshed its family on' },
  {
    experiment: 'outage',
    strategy: 'resurrected-session',
    says: 'accepted 5 of 5 revoked credentials again',
  },
  { experiment: 'split', strategy: 'hidden-lookup', says: 'declares that a request asks nobody, and asked' },
  { experiment: 'ttl', strategy: 'long-life', says: 'accepted an access token beyond its life' },
]

export interface Setting {
  /** What is run: `bench/main.ts`, or what stands in for it. */
  readonly main: string
  readonly limitMs: number
  /** Ends the run. */
  readonly signal: AbortSignal
  /** Where the run has a folder of its own, which goes with it. */
  readonly folder: string
}

export interface Noticed {
  readonly isNoticed: boolean
  /** The promises that were not kept, or why there are none. */
  readonly sentences: string
}

const BROKEN_PROMISE = 1
/** For a run to clean up. */
const GRACE_MS = 20_000

const strategyFile = (strategy: string) =>
  fileURLToPath(new URL(`../../servers/testing/broken/${strategy}.ts`, import.meta.url))

/** @throws the reason of the signal, once the run has ended */
export async function noticed(broken: Broken, setting: Setting): Promise<Noticed> {
  const { limitMs, signal, folder } = setting
  const out = mkdtempSync(join(folder, 'authbench-broken-'))
  try {
    const late = AbortSignal.timeout(limitMs)
    const code = await exitCodeOf(broken, out, setting.main, AbortSignal.any([signal, late]))
    signal.throwIfAborted()
    if (late.aborted) return { isNoticed: false, sentences: `the run was not done within ${limitMs} ms` }
    const sentences = promisesIn(join(out, 'latest'))
    return { isNoticed: code === BROKEN_PROMISE && sentences.includes(broken.says), sentences }
  } finally {
    rmSync(out, { recursive: true, force: true, maxRetries: 10 })
  }
}

async function exitCodeOf(
  { experiment, strategy }: Broken,
  out: string,
  main: string,
  signal: AbortSignal,
): Promise<number | null> {
  signal.throwIfAborted()
  const child = spawn(
    process.execPath,
    [
      main,
      ...['run', '--profile', 'smoke', '--scenarios', experiment, '--seed', '1', '--out', out],
      ...['--strategies', 'none', '--strategy', strategyFile(strategy)],
    ],
    // A group of its own: a Ctrl-C would reach it twice, which ends it in the middle.
    { stdio: ['ignore', 'ignore', 'inherit'], detached: true },
  )
  let grace: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    grace = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const [code] = await once(child, 'close')
    return code
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(grace)
  }
}

function promisesIn(run: string): string {
  try {
    const { experiments = [] } = readResults(run)
    const sentences = experiments.flatMap(({ broken = [] }) => broken)
    return sentences.length === 0 ? 'its promises count as kept' : sentences.join(' ')
  } catch (error) {
    return `the run left no results: ${messageOf(error)}`
  }
}
