/**
 * Runs experiments on strategies that each break one promise, and asks that the run fails and says why. An experiment that lets one
 * through guards nothing. About ten seconds for each on a quiet machine.
 *
 *   node scripts/break-strategies.ts [--only EXPERIMENT]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readResults } from '../bench/store/results-folder.ts'

interface Broken {
  readonly experiment: string
  /** File of `servers/testing/broken/`. */
  readonly strategy: string
  readonly says: string
}

const BROKEN: readonly Broken[] = [
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

const pathOf = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url))

/** What the run says of its promises; null: it ended as if they had been kept. */
async function brokenOf({ experiment, strategy }: Broken): Promise<string | null> {
  const out = mkdtempSync(join(tmpdir(), 'authbench-broken-'))
  try {
    const child = spawn(
      process.execPath,
      [
        pathOf('bench/main.ts'),
        ...['run', '--profile', 'smoke', '--scenarios', experiment, '--seed', '1', '--out', out],
        ...['--strategies', 'none', '--strategy', pathOf(`servers/testing/broken/${strategy}.ts`)],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const [code] = await once(child, 'exit')
    const { experiments = [] } = readResults(join(out, 'latest'))
    return code === 1 ? experiments.flatMap(({ broken = [] }) => broken).join(' ') : null
  } finally {
    rmSync(out, { recursive: true })
  }
}

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = BROKEN.filter(({ experiment }) => values.only === undefined || values.only === experiment)
if (chosen.length === 0) {
  process.stderr.write(`--only is one of ${BROKEN.map(({ experiment }) => experiment).join(', ')}\n`)
  process.exit(2)
}
for (const broken of chosen) {
  const sentences = await brokenOf(broken)
  const isNoticed = sentences?.includes(broken.says) === true
  if (!isNoticed) process.exitCode = 1
  process.stdout.write(
    `${broken.experiment}: ${broken.strategy} ${isNoticed ? 'fails the run' : 'IS NOT NOTICED'}: ${sentences ?? 'its promises count as kept'}\n`,
  )
}
