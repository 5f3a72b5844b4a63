import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Injection } from './injection.ts'

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))
/** In the environment of everything that a fault is done to, with the folder that is its own. */
export const MARK = 'AUTHBENCH_FAULT_RUN'

export interface Run {
  readonly folder: string
  readonly out: string
  readonly redisUrl: string | null
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  stderr(): string
  /** Of this run, the program itself first; those that lost their parent as well. */
  processes(): readonly Found[]
}

export interface Found {
  readonly pid: number
  readonly command: string
}

export function startRun({ number, command, givenRedis }: Injection, redisUrl: string): Run {
  const folder = mkdtempSync(join(tmpdir(), `fault-${number}-`))
  const out = mkdtempSync(join(tmpdir(), `fault-out-${number}-`))
  const takesRedis = givenRedis && !command.includes('--redis') && ['run', 'micro'].includes(command[0] ?? '')
  const place = command[0] === 'run' ? ['--out', out] : []
  const child = spawn(
    process.execPath,
    [MAIN, ...command, ...place, ...(takesRedis ? ['--redis', redisUrl] : [])],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: out,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder, [MARK]: folder },
    },
  )
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return {
    folder,
    out,
    redisUrl: takesRedis ? redisUrl : null,
    child,
    ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal }))),
    stderr: () => stderr,
    processes: () => marked(folder).toSorted((one, other) => one.pid - other.pid),
  }
}

/** By their environment, and Redis, which has none, by the folder that it works in. */
export function marked(folder: string): readonly Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): readonly Found[] => {
      const read = (file: string) => {
        try {
          return readFileSync(`/proc/${name}/${file}`, 'utf8')
        } catch {
          return ''
        }
      }
      const isOurs = read('environ').split('\0').includes(`${MARK}=${folder}`) || worksIn(name, folder)
      const state = /\) (\w)/.exec(read('stat'))?.[1]
      return isOurs && state !== 'Z'
        ? [{ pid: Number(name), command: read('cmdline').replaceAll('\0', ' ').trim() }]
        : []
    })
}

function worksIn(pid: string, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
  } catch {
    return false
  }
}
