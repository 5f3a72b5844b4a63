import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readCells } from '../../bench/store/results-folder.ts'
import { hasStack, unreadable } from '../inject-faults/injection.ts'
import { marked } from '../inject-faults/run.ts'
import { send } from '../machines/program.ts'
import { AGENTS, type Expected, LIMIT_MS, type Scene, type Watched } from './scene.ts'

const KEYS = fileURLToPath(new URL('./keys-main.ts', import.meta.url))
const SETTLED_MS = 12_000
/** Far more than agents are apart, far less than a clock is shifted. */
const MOST_BEHIND_US = 1e6
/** Two agents with as many connections each differ by less, also on processors that everybody uses. */
const LEAST_SHARE = 0.05
const STOP_LIMIT_MS = 15_000
/** Who was asked to end, and had nothing else to say. */
const STOPPED: Expected = { codes: [0, 130] }

/** Everything that must be true after a fault; what was not expected to end by itself is ended first. */
export async function aftermathOf(scene: Scene): Promise<readonly string[]> {
  const problems: string[] = [...scene.problems]
  for (const each of scene.watched) {
    if (each.expected !== null) problems.push(...(await wrongEnd(scene, each, each.expected, LIMIT_MS)))
  }
  problems.push(...(await keysLeft(scene)), ...(await generatorsLeft(scene)))
  for (const each of scene.watched.toReversed()) {
    if (each.expected !== null) continue
    each.program.kill('SIGINT')
    problems.push(...(await wrongEnd(scene, each, STOPPED, STOP_LIMIT_MS)))
  }
  problems.push(...(await processesLeft(scene)))
  problems.push(...filesLeft(scene))
  problems.push(...(await unreadable(scene.out)))
  problems.push(...wrongCells(scene))
  for (const { pid } of marked(scene.folder)) send(pid, 'SIGKILL')
  return problems
}

async function wrongEnd(
  scene: Scene,
  watched: Watched,
  { codes, says }: Expected,
  limitMs: number,
): Promise<readonly string[]> {
  const { name, program } = watched
  const end = await scene.ended(watched, limitMs)
  const said = program.said()
  const tail = said.slice(-400)
  if (end === null) return [`${name} hangs: ${tail}`]
  return [
    ...(codes.includes(end.code ?? end.signal ?? 'never started')
      ? []
      : [`${name} ends with ${end.code ?? end.signal} instead of ${codes.join(' or ')}: ${tail}`]),
    ...(says === undefined || says.test(said) ? [] : [`${name} does not say ${says}: ${tail}`]),
    ...(hasStack(said) ? [`${name} shows a stack: ${said.slice(-600)}`] : []),
    // A code in brackets, and in the line below what to do.
    ...(/\[[A-Z]+_[A-Z_]+\]\r?\n\s*$/.test(said) ? [`${name} says no next step: ${tail}`] : []),
    ...(said.includes('[UNEXPECTED]') ? [`${name} has a defect: ${tail}`] : []),
  ]
}

/** Of a fleet that is there: who has joined is, and nothing of a run. */
async function keysLeft(scene: Scene): Promise<readonly string[]> {
  const up = scene.watched.find(({ name, expected }) => name === 'fleet up' && expected === null)
  if (up === undefined || !existsSync(scene.joinFile)) return []
  const [program = '', ...words] = [
    ...scene.machine('coordinator').enter,
    process.execPath,
    KEYS,
    scene.joinFile,
  ]
  const { stdout } = await promisify(execFile)(program, words, { timeout: STOP_LIMIT_MS })
  const keys = stdout.split('\n').filter((key) => key !== '' && !/:fleet$|:(agent|host):[^:]+$/.test(key))
  return keys.length === 0 ? [] : [`${keys.length} keys are left: ${keys.slice(0, 4).join(' ')}`]
}

/** An agent that waits has no generator. */
async function generatorsLeft({ folder }: Scene): Promise<readonly string[]> {
  const generators = () => marked(folder).filter(({ command }) => command.includes('load/main'))
  for (const until = performance.now() + SETTLED_MS; performance.now() < until; ) {
    if (generators().length === 0) return []
    await delay(100)
  }
  return generators().map(({ pid }) => `the generator ${pid} is left although nothing runs`)
}

async function processesLeft({ folder }: Scene): Promise<readonly string[]> {
  for (const until = performance.now() + SETTLED_MS; performance.now() < until; ) {
    if (marked(folder).length === 0) return []
    await delay(100)
  }
  return marked(folder).map(({ pid, command }) => `process ${pid} is left: ${command}`)
}

/** Only a program that was killed leaves anything: its lock, which the next run takes over. */
function filesLeft(scene: Scene): readonly string[] {
  return readdirSync(scene.folder)
    .filter((name) => name.startsWith('tmp-'))
    .flatMap((name) => readdirSync(join(scene.folder, name)).map((file) => `${name}/${file}`))
    .filter((path) => !(path.endsWith('/authbench.lock') && scene.wasKilled))
    .map((path) => `${path} is left`)
}

/** A lost agent must never show as lower throughput: whatever was measured, was by all of them. */
function wrongCells({ out }: Scene): readonly string[] {
  return readdirSync(out)
    .filter((name) => /^\d{8}T/.test(name))
    .flatMap((name) => readCells(join(out, name)))
    .flatMap((cell) => (cell.state === 'failed' ? [] : cell.load.slices.map((slice) => ({ cell, slice }))))
    .flatMap(({ cell, slice: { agents = [], requests } }) => {
      const where = `round ${cell.round} of ${cell.strategy}`
      const own = agents.map((window) => window.responses)
      const sum = own.reduce((total, count) => total + count, 0)
      const names = agents.map(({ agent }) => agent)
      return [
        ...(names.join() === AGENTS.join() ? [] : [`${where} was loaded by ${names.join(', ')} alone`]),
        ...(sum === requests ? [] : [`${where} has ${requests} responses, and its agents ${sum}`]),
        ...(agents.every(({ behindUs }) => behindUs < MOST_BEHIND_US) ? [] : [`${where} has a wrong clock`]),
        ...(cell.state === 'completed' && Math.min(...own) < Math.max(...own) * LEAST_SHARE
          ? [`${where} is valid with ${own.join(' and ')} responses`]
          : []),
      ]
    })
}
