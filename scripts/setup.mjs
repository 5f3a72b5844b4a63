// In this folder: what a person or CI starts. `setup.mjs` runs by itself before `npm start` and `npm test`.

// Runs before `npm start`, `npm test` and `npm run authbench`: plain JavaScript for a stock Node 20, because
// the Node that runs everything else is one of the dependencies that this file installs.
//
//   node scripts/setup.mjs           dependencies and Redis
//   node scripts/setup.mjs --tests   and Chromium, which the report tests look at pages with
//   node scripts/setup.mjs --haproxy HAProxy alone: the experiment scale-out asks for it where it is missing
//
// Silent when there is nothing to do. Everything is said on stderr: stdout belongs to the command that follows.
// Exit code 2: nothing can run. A missing Redis or Chromium is only a warning here, because set-up cannot see
// `--redis URL`; the command that really needs it fails with its own message.
import { accessSync, constants } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dependenciesAreCurrent, ensureRuntime, installDependencies } from './setup/dependencies.mjs'
import { withLock } from './setup/lock.mjs'
import { findProgram, installProgram, PROGRAMS } from './setup/programs.mjs'
import { SetupError } from './setup/setup-error.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function say(line) {
  process.stderr.write(`authbench set-up: ${line}\n`)
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

async function setUp(programs) {
  const missing = () => programs.filter((program) => findProgram(program) === null)
  if (dependenciesAreCurrent(root) && missing().length === 0) {
    ensureRuntime(root)
    return
  }
  const work = async () => {
    // Asked again: another set-up may have done it while this one waited.
    if (!dependenciesAreCurrent(root)) await installDependencies(root, say)
    ensureRuntime(root)
    for (const program of missing()) await installProgram(program, say)
  }
  // Programs go to the system, not to this folder, which may belong to somebody else.
  if (dependenciesAreCurrent(root) && !isWritable(root)) await work()
  else await withLock(root, say, work)
}

try {
  if (Number.parseInt(process.versions.node, 10) < 20) {
    throw new SetupError(
      `Node ${process.versions.node} is too old to install with.`,
      'Install Node 20 or newer.',
    )
  }
  if (root.includes(delimiter)) {
    throw new SetupError(
      `The path of this folder has a '${delimiter}', at which PATH is cut: npm scripts would run another Node.`,
      'Move the folder to a path without it.',
    )
  }
  // A run is under way: its dependencies stay as they are.
  if (process.argv.includes('--haproxy')) {
    if (findProgram(PROGRAMS.haproxy) === null) await installProgram(PROGRAMS.haproxy, say)
  } else
    await setUp(process.argv.includes('--tests') ? [PROGRAMS.redis, PROGRAMS.chromium] : [PROGRAMS.redis])
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  say(error.next)
  process.exitCode = 2
}
