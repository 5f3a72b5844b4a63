import { diagnose } from '../../src/doctor/registry.ts'
import { doctorScreen } from '../../src/doctor/render.ts'
import { ansiPaint, plainPaint } from '../../src/report/terminal/paint.ts'
import { redisUrl } from '../cli/options.ts'
import type { Terminal } from '../cli/terminal.ts'
import { readFacts } from '../doctor/facts.ts'
import { lookForRedis } from '../doctor/redis.ts'
import { sampleMachine } from '../doctor/sample.ts'
import { thisSystem } from '../doctor/system.ts'

export interface DoctorFlags {
  readonly redis?: string | undefined
  readonly out?: string | undefined
  readonly json?: boolean | undefined
}

const SCHEMA = 'authbench/doctor@1'
const PREVENTED = 3

/** What this machine and environment do to a measurement. @returns the exit code */
export async function doctor(flags: DoctorFlags, { stdout, color }: Terminal): Promise<number> {
  const findings = diagnose(
    await readFacts({
      ...thisSystem(flags.out ?? 'results'),
      redis: () => lookForRedis(redisUrl(flags.redis)),
      sample: sampleMachine,
    }),
  )
  const exitCode = findings.some(({ state }) => state === 'bad') ? PREVENTED : 0
  stdout.write(
    flags.json === true
      ? `${JSON.stringify({ schema: SCHEMA, verdict: exitCode === 0 ? 'ok' : 'prevented', findings }, null, 2)}\n`
      : doctorScreen(findings, color ? ansiPaint : plainPaint),
  )
  return exitCode
}
