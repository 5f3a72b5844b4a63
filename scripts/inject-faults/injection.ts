import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { terminalOn } from '../../bench/cli/terminal.ts'
import { runCli } from '../../bench/commands/command-line.ts'
import { connectRedis } from '../../bench/redis/connection.ts'
import { cellSchema } from '../../src/results/cell.ts'
import type { Run } from './run.ts'

export const SIGNALS = ['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGSTOP'] as const
/** By what their command line holds. */
export const VICTIMS = [
  'program',
  'servers/main',
  'load/main',
  'redis-server',
  'servers/auth-main',
  'any',
] as const

export interface Injection {
  readonly number: number
  readonly command: readonly string[]
  readonly victim: (typeof VICTIMS)[number]
  readonly signal: (typeof SIGNALS)[number]
  readonly afterMs: number
  readonly givenRedis: boolean
}

/** Longer than any limit of ours for a child that is silent; far longer than a run. */
const HANGS_MS = 240_000
/** A program that was stopped goes on after so long, as after a laptop was closed. */
const STOPPED_MS = 4000
/** Until what was left alone has ended by itself. */
const SETTLED_MS = 12_000
const TIDIED_UP_MS = 3000
const DOCUMENTED: readonly (number | null)[] = [0, 1, 2, 3, 130]

export const hasStack = (text: string): boolean => /\n\s+at .*:\d+:\d+/.test(text)

interface Line {
  readonly number: number
  readonly did: string
  readonly end: string
  readonly seconds: number
}

export async function injectInto(
  run: Run,
  { number, command, victim, signal, afterMs }: Injection,
): Promise<{ readonly line: Line; readonly problems: readonly string[] }> {
  const startedAt = performance.now()
  await Promise.race([delay(afterMs), run.ended])
  const target = victimOf(run, victim)
  if (target !== null) send(target.pid, signal)
  const hitProgram = target?.pid === run.child.pid
  if (hitProgram && signal === 'SIGSTOP') {
    await delay(STOPPED_MS)
    send(target?.pid ?? 0, 'SIGCONT')
  }
  const end = await Promise.race([run.ended, delay(HANGS_MS, null, { ref: false })])
  const problems = [
    ...(end === null ? [`hangs; processes: ${JSON.stringify(run.processes())}`] : []),
    ...(end !== null && !isDocumented(end, hitProgram, signal)
      ? [`ended with ${JSON.stringify(end)}: ${run.stderr().slice(-400)}`]
      : []),
    ...(hasStack(run.stderr()) ? [`stack trace: ${run.stderr().slice(-600)}`] : []),
    ...(await leftProcesses(run)),
    ...(await leftKeys(run)),
    ...leftFolders(run, end?.signal === 'SIGKILL'),
    ...(await unreadable(run.out)),
  ]
  for (const { pid } of run.processes()) send(pid, 'SIGKILL')
  rmSync(run.folder, { recursive: true, force: true })
  rmSync(run.out, { recursive: true, force: true })
  return {
    line: {
      number,
      did: `${signal} to ${target?.command.split(' ').slice(0, 3).at(-1)?.split('/').slice(-2).join('/') ?? 'nobody: it had ended'} after ${Math.round(afterMs)} ms of ${command.slice(0, 4).join(' ')}`,
      end: end === null ? 'hang' : (end.signal ?? `exit ${end.code}`),
      seconds: Math.round((performance.now() - startedAt) / 1000),
    },
    problems,
  }
}

function victimOf(run: Run, victim: Injection['victim']) {
  const processes = run.processes()
  if (victim === 'program') return processes.find(({ pid }) => pid === run.child.pid) ?? null
  const named = processes.filter(({ command }) => victim === 'any' || command.includes(victim))
  return (named.length > 0 ? named : processes).at(-1) ?? null
}

function isDocumented(
  { code, signal }: { readonly code: number | null; readonly signal: NodeJS.Signals | null },
  hitProgram: boolean,
  sent: Injection['signal'],
): boolean {
  return signal === null ? DOCUMENTED.includes(code) : hitProgram && signal === sent
}

async function leftProcesses(run: Run): Promise<readonly string[]> {
  const until = performance.now() + SETTLED_MS
  while (performance.now() < until && run.processes().length > 0) await delay(100)
  return run.processes().map(({ pid, command }) => `process ${pid} is left: ${command}`)
}

/** Whoever tidies up after a run that was killed has had its time by then. */
async function leftKeys({ redisUrl, out }: Run): Promise<readonly string[]> {
  const id = readdirSync(out).find((name) => /^\d{8}T/.test(name))
  if (redisUrl === null || id === undefined) return []
  await delay(TIDIED_UP_MS)
  const redis = await connectRedis(redisUrl)
  const left = await redis.deletePrefix(`authbench:${id.replace('-smoke-', '-')}`)
  await redis.close()
  return left === 0 ? [] : [`${left} keys are left`]
}

/** A program that was killed cannot tidy up its lock; the next run takes it over. */
const leftFolders = ({ folder }: Run, killed: boolean): readonly string[] =>
  readdirSync(folder)
    .filter((name) => !(killed && name === 'authbench.lock'))
    .map((name) => `${name} is left`)

/** What of the runs in a folder cannot be read, or reported. */
export async function unreadable(out: string): Promise<readonly string[]> {
  const problems: string[] = []
  for (const name of readdirSync(out).filter((each) => /^\d{8}T/.test(each))) {
    const place = join(out, name)
    const lines = textOf(join(place, 'cells.ndjson')).split('\n').slice(0, -1)
    for (const line of lines) {
      if (!cellSchema.safeParse(JSON.parse(line)).success) problems.push(`${name}: a cell is not valid`)
    }
    const said: string[] = []
    const output = { write: (text: string) => said.push(text) }
    const code = await runCli(['report', place], terminalOn({ write: () => true }, output, {}), {})
    if (code !== 0 && code !== 2) problems.push(`${name}: report ends with ${code}: ${said.join('')}`)
    if (code === 0 && readdirSync(place).some((file) => file.endsWith('.part')))
      problems.push(`${name}: half a file is left`)
  }
  return problems
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by now.
  }
}
