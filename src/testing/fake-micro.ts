import { MICRO_SCHEMA_ID, type Micro, type MicroTaskInfo, taskResult } from '../results/micro.ts'
import type { Results } from '../results/results.ts'

const info = (
  id: string,
  kind: MicroTaskInfo['kind'],
  strategy: string | null,
  inFlight = 1,
): MicroTaskInfo => ({
  id,
  kind,
  title: strategy ?? id,
  strategy,
  library: kind === 'verify' ? 'jose' : null,
  inFlight,
})

/** Operations of every strategy of the run, measured on its machine; a value of each in nanoseconds by its place. */
export function fakeMicro({ run, environment, strategies }: Results, rounds = 6): Micro {
  const infos = [
    ...strategies
      .filter(({ state }) => state !== 'none')
      .flatMap(({ id }) => [
        info(`verify ${id}`, 'verify', id),
        info(`verify ${id} x16`, 'verify', id, 16),
        info(`sign ${id}`, 'sign', id),
      ]),
    info('hash sha256', 'hash', null),
    info('memory get', 'store', null),
    info('redis get', 'store', null),
    info('redis get x16', 'store', null, 16),
  ]
  return {
    schema: MICRO_SCHEMA_ID,
    run: {
      id: `${run.id}-micro`,
      startedAt: run.startedAt,
      finishedAt: run.finishedAt,
      seed: 1,
      rounds,
      extraClaims: [],
      partial: false,
      git: run.git,
      authbench: run.authbench,
      command: `npm run authbench -- micro --rounds ${rounds} --seed 1`,
    },
    environment,
    tasks: infos.map((each, index) =>
      taskResult(
        each,
        Array.from({ length: rounds }, (_, round) => ({
          round,
          wallNs: 1000 * (index + 1) + 10 * round,
          cpuNs: 1100 * (index + 1) + 10 * round,
          operations: 10_000,
          batch: 100,
        })),
      ),
    ),
    failures: [],
  }
}
