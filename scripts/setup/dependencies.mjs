// In this folder: what `setup.mjs` installs, and how.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { SetupError } from './setup-error.mjs'
import { execute, firstLines } from './subprocess.mjs'

const REQUIRED_NODE = 26

/** True when `node_modules` is what the lock file says, complete, and for this platform. */
export function dependenciesAreCurrent(root) {
  const wanted = wantedStamp(root)
  if (readText(stampPath(root)) === wanted) return true
  if (!matchesLock(root)) return false
  // Installed by hand with `npm install` or `npm ci`: nothing to do again.
  try {
    writeFileSync(stampPath(root), wanted)
  } catch {
    // Installed by another user: compared anew every time.
  }
  return true
}

/** @throws {SetupError} with what npm said */
export async function installDependencies(root, say) {
  say('installing the locked dependencies (npm ci), half a minute or so')
  // Before npm touches anything, so that an interrupted installation is never taken for a complete one.
  rmSync(stampPath(root), { force: true })
  rmSync(hiddenLockPath(root), { force: true })
  const [command, ...first] = npmCommand()
  const result = await execute(
    command,
    // EBADENGINE is a warning about the Node that installs, which is not the one that runs.
    // Inside of somebody's workspace npm would take that for the project, and empty its node_modules.
    [
      ...first,
      'ci',
      '--workspaces=false',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    { cwd: root, shell: process.platform === 'win32' },
  )
  if (!result.ok) {
    throw new SetupError(
      `npm could not install the dependencies:\n${firstLines(result.output)}`,
      'Check the network and the npm registry settings, then run the same command again.',
    )
  }
  writeFileSync(stampPath(root), wantedStamp(root))
}

/**
 * The Node that the scripts of package.json will find first must be new enough.
 * @throws {SetupError} when neither the pinned nor the machine's own Node is
 */
export function ensureRuntime(root) {
  const bin = join(root, 'node_modules', '.bin')
  const pinned = ['node', 'node.cmd'].map((name) => join(bin, name)).filter(existsSync)
  // Without a pinned one the path decides, and it has just chosen the Node that runs this.
  if (pinned.length === 0 && majorOf(process.version) >= REQUIRED_NODE) return
  if (pinned.some((path) => process.execPath.startsWith(join(root, 'node_modules')) || runs(path))) return
  const own = majorOf(versionOf('node', { ...process.env, PATH: pathWithout(bin) }))
  if (own >= REQUIRED_NODE) {
    // The pinned build does not run here (musl, an old glibc) and would hide the one that does.
    for (const path of pinned) rmSync(path, { force: true })
    return
  }
  throw new SetupError(
    `authbench runs on Node ${REQUIRED_NODE} or newer. Its own copy does not run on this machine` +
      ` (${process.platform} ${process.arch}), and the machine's Node is ${process.versions.node}.`,
    `Install Node ${REQUIRED_NODE} or newer, then run the same command again.`,
  )
}

function stampPath(root) {
  return join(root, 'node_modules', '.authbench-setup')
}

function hiddenLockPath(root) {
  return join(root, 'node_modules', '.package-lock.json')
}

/** Of package.json only what decides about packages: a changed script is no reason to install anew. */
function wantedStamp(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify([dependencies, devDependencies, optionalDependencies, overrides]))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex')
}

/** npm writes the hidden lock file when an installation is complete. */
function matchesLock(root) {
  const hidden = readText(hiddenLockPath(root))
  if (hidden === null) return false
  const installed = JSON.parse(hidden).packages
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(locked).every(
    ([path, entry]) =>
      path === '' ||
      !isNeededHere(entry) ||
      (installed[path]?.version === entry.version && existsSync(join(root, path, 'package.json'))),
  )
}

function isNeededHere(entry) {
  if (entry.libc !== undefined) return false
  const matches = (list, value) => list === undefined || list.includes(value)
  if (!matches(entry.os, process.platform) || !matches(entry.cpu, process.arch)) return false
  // An optional package for every platform may have been left out; one for just this platform may not.
  return entry.optional !== true || (entry.os !== undefined && entry.cpu !== undefined)
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** The npm and the Node that called this script: never the Node inside `node_modules`, which `npm ci` removes. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  return npm !== undefined && node !== undefined && basename(npm) === 'npm-cli.js' ? [node, npm] : ['npm']
}

function runs(path) {
  return majorOf(versionOf(path, process.env)) >= REQUIRED_NODE
}

function versionOf(command, env) {
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', env })
  return status === 0 ? stdout.trim() : ''
}

function majorOf(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10) || 0
}

function pathWithout(folder) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => entry !== folder)
    .join(delimiter)
}
