import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { relative } from 'node:path'
import type { TokenProfile } from '../../servers/contract.ts'
import { assertFits } from '../../servers/credential-size.ts'
import { generateKeys } from '../../servers/keys.ts'
import { usualStrategies } from '../../servers/registry.ts'
import { analyse } from '../../src/analyse.ts'
import { type Options, resolveConfig } from '../../src/config.ts'
import { isUnexpected } from '../../src/conformance.ts'
import { AuthbenchError } from '../../src/errors.ts'
import { DEFAULT_GATES, type Gate, parseGates } from '../../src/gates/gate.ts'
import { gateExitCode } from '../../src/gates/verdict.ts'
import { REPORTERS, renderCharts } from '../../src/report/registry.ts'
import type { Results, RunConfig } from '../../src/results.ts'
import { assertHasStrategies, openBase } from '../against.ts'
import { choosable, chosenStrategies } from '../chosen.ts'
import { authbenchVersion, describeEnvironment, describeGit } from '../environment.ts'
import { extended } from '../extension.ts'
import { detectPinning, withAuthServer } from '../machine/pinning.ts'
import { machineBench } from '../machine-bench.ts'
import { describeStrategies } from '../own-strategies.ts'
import { showProgress } from '../progress/live.ts'
import { provideRedis } from '../redis/provide.ts'
import { createResultsFolder, type ResultsFolder } from '../results-folder.ts'
import { lockMachine } from '../run-lock.ts'
import { type RunOutcome, runAll } from '../runner.ts'
import { applicableScenarios, describeScenario } from '../scenario.ts'
import { SCENARIOS } from '../scenarios/registry.ts'
import { assertAnswers, readTarget, TARGET_ID } from '../target.ts'
import { renderOptions, type Terminal } from '../terminal.ts'
import { checkBeforeRun } from './conformance.ts'
import { LONGEST_SUBJECT, mergeOptions, readClaims, redisUrl } from './options.ts'

export interface RunFlags extends Options {
  readonly config?: string | undefined
  readonly conformance?: boolean | undefined
  readonly json?: boolean | undefined
}

const EXIT_CODES = { ok: 0, unjudged: 0, partial: 3, invalid: 3, inconclusive: 3 } as const
const INTERRUPTED = 130

/** Measures, analyses, reports. @returns the exit code */
export async function run(flags: RunFlags, terminal: Terminal): Promise<number> {
  const { config: configFile, conformance: wantsChecklist = false, json = false, ...options } = flags
  const merged = mergeOptions(options, configFile)
  const token = readClaims(merged.claims)
  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping; what was measured so far is kept.')
  const own = await describeStrategies(merged.strategy ?? [], signal)
  const target = merged.target === undefined ? null : readTarget(merged.target, merged.credentials)
  const added = [...own.map(({ info }) => info.id), ...(target === null ? [] : [TARGET_ID])]
  const config = resolveConfig(
    merged,
    {
      strategies: choosable(own, target),
      usual: usualStrategies,
      added,
      alone: [TARGET_ID],
      scenarios: SCENARIOS.map(({ id }) => id),
    },
    {
      profile: 'quick',
      seed: randomInt(2 ** 32),
      extraClaims: merged.claims === undefined ? [] : Object.keys(token.claims),
    },
  )
  const gates = parseGates(merged.gate ?? [])
  const named = gates.filter((gate) => !DEFAULT_GATES.includes(gate))
  if (merged.gate !== undefined && merged.against === undefined) {
    throw new AuthbenchError(
      'OPTIONS_INVALID',
      '--gate judges a change, and there is nothing to compare with',
      {
        next: 'Add --against DIR, or compare two stored runs with `authbench compare`.',
      },
    )
  }
  const base = merged.against === undefined ? null : openBase(merged.against)
  if (base !== null) await assertHasStrategies(base, config.strategies)
  const strategies = chosenStrategies(config.strategies, own, target)
  const { infos } = strategies
  const scenarios = applicableScenarios(
    SCENARIOS.filter(({ id }) => config.scenarios.includes(id)),
    infos,
  )
  const keys = await generateKeys()
  const { transport, ttlSeconds } = config
  for (const strategy of strategies.known) {
    await assertFits(strategy, { keys, token, ttlSeconds, transport }, LONGEST_SUBJECT)
  }

  cleanup.defer(lockMachine())
  if (target !== null) await assertAnswers(target, transport)
  const startedAt = new Date()
  const folder = createResultsFolder(merged.out ?? 'results', config.profile, startedAt)
  let cellsKept = 0
  cleanup.defer(() => {
    if (cellsKept === 0) rmSync(folder.path, { recursive: true, force: true })
  })
  // Of one length whatever the profile is called: its bytes are counted.
  const keyPrefix = `authbench:${folder.id.replace(`-${config.profile}-`, '-')}:`
  const url = redisUrl(merged.redis)
  const { files } = strategies
  const needsRedis = infos.some(({ needs }) => needs.includes('redis'))
  const plan = detectPinning(needsRedis ? (url === null ? 'own' : 'given') : null)
  const pinning = infos.some(({ needs }) => needs.includes('auth-server')) ? withAuthServer(plan) : plan
  const redis = needsRedis ? await provideRedis(url, pinning.redis) : null
  if (redis !== null) {
    cleanup.defer(async () => {
      const left = await redis.release(keyPrefix)
      if (left !== null) terminal.stderr.write(`${left}\n`)
    })
  }

  const measure = async (planned: RunConfig, firstRound: number): Promise<RunOutcome> => {
    const expected = scenarios.map((scenario) => ({ ...scenario, ...describeScenario(scenario, infos) }))
    const progress = showProgress(planned, expected, terminal.stderr, () => performance.now(), firstRound)
    const outcome = await runAll(
      { config: planned, strategies: infos, scenarios, keyPrefix, firstRound },
      {
        bench: machineBench({
          config: planned,
          strategies: infos,
          files,
          target,
          pinning,
          redis,
          keys,
          token,
          base: base?.servers ?? null,
          signal,
        }),
        signal,
        listener: progress.listener,
        keep(cell) {
          folder.appendCell(cell)
          cellsKept += 1
        },
      },
    )
    progress.end()
    return outcome
  }
  const checklist = wantsChecklist ? await checkBeforeRun(strategies, signal, terminal) : []
  const git = describeGit()
  const environment = describeEnvironment(
    pinning,
    redis === null ? null : { version: redis.control.version, origin: redis.origin },
  )
  const analysed = (outcome: RunOutcome, measured: RunConfig) => ({
    ...analyse(outcome.cells, {
      run: {
        id: folder.id,
        startedAt: startedAt.toISOString(),
        finishedAt: new Date().toISOString(),
        seed: measured.seed,
        profile: measured.profile,
        git,
        partial: outcome.partial,
        extended: measured.rounds > config.rounds,
        base: base?.git ?? null,
        authbench: authbenchVersion(),
        command: reproduce(config, merged, token),
      },
      environment,
      config: measured,
      strategies: [...infos],
      scenarios: scenarios.map((scenario) => describeScenario(scenario, infos)),
      gates,
    }),
    ...(checklist.length === 0 ? {} : { conformance: [...checklist] }),
  })

  const first = await measure(config, 0)
  if (cellsKept === 0) return endWithoutCells(first, signal, terminal)
  const { outcome, results } = await extended(first, config, {
    measure,
    analysed,
    say: (line) => terminal.stderr.write(`${line}\n`),
  })
  // Printed first: what a full disk takes, the terminal still has.
  terminal.stdout.write(json ? `${JSON.stringify(results, null, 2)}\n` : renderForTerminal(results, terminal))
  writeReports(results, folder)
  terminal.stderr.write(`\nReport: ${relative(process.cwd(), folder.path) || '.'}/report.html\n`)
  if (outcome.fatal !== null) terminal.reportError(outcome.fatal)
  if (signal.aborted) return INTERRUPTED
  const code = outcome.fatal?.exitCode ?? exitCodeOf(results, named, terminal)
  return code === 0 && checklist.some(isUnexpected) ? 1 : code
}

/** A gate that the user named and that nothing in the run can be held to is open. */
function exitCodeOf(
  { validity, changes, config }: Results,
  named: readonly Gate[],
  terminal: Terminal,
): number {
  if (!config.against) return EXIT_CODES[validity.verdict]
  const idle = named.filter(({ metric }) => changes.every((change) => change.metric !== metric))
  for (const { metric } of idle) {
    terminal.stderr.write(
      `The gate on ${metric} was not judged: no strategy has a value of it in both checkouts.\n`,
    )
  }
  const code = gateExitCode(changes, validity.verdict)
  return code === 0 && idle.length > 0 ? 3 : code
}

function endWithoutCells(outcome: RunOutcome, signal: AbortSignal, terminal: Terminal): number {
  if (signal.aborted) {
    terminal.stderr.write('Interrupted before anything was measured.\n')
    return INTERRUPTED
  }
  throw (
    outcome.fatal ??
    new AuthbenchError('NOTHING_MEASURED', 'no cell could be measured', {
      next: 'Run one strategy alone to see why: `authbench run --profile smoke --strategies ID`.',
      exitCode: 3,
    })
  )
}

/** What to type to get this run again; the claims file is named, Redis is not. */
function reproduce(config: RunConfig, options: Options, token: TokenProfile): string {
  return [
    'npm run authbench -- run',
    `--profile ${config.profile}`,
    ...(options.target === undefined ? [] : [`--target ${options.target} --credentials FILE`]),
    ...(options.strategy ?? []).map((file) => `--strategy ${file}`),
    ...(options.strategies === undefined ? [] : [`--strategies ${options.strategies.join(',')}`]),
    ...(config.against ? ['--against DIR', ...(options.gate ?? []).map((gate) => `--gate ${gate}`)] : []),
    `--scenarios ${config.scenarios.join(',')}`,
    `--rounds ${config.rounds}`,
    `--connections ${config.connections}`,
    `--pool ${config.pool}`,
    ...(config.popularity === 'cycle' ? [] : [`--popularity ${config.popularity}`]),
    ...(config.arrivals === 'poisson' ? [] : [`--arrivals ${config.arrivals}`]),
    ...(config.scenarios.includes('slo') ? [`--slo ${config.sloMs}`] : []),
    ...(config.transport === 'bearer' ? [] : [`--transport ${config.transport}`]),
    ...(Object.keys(token.claims).length > 0 && options.claims !== undefined ? ['--claims FILE'] : []),
    `--seed ${config.seed}`,
  ].join(' ')
}

export function writeReports(results: Results, folder: Pick<ResultsFolder, 'write' | 'link'>): void {
  for (const { file, render } of REPORTERS) if (file !== null) folder.write(file, render(results, {}))
  for (const { file, svg } of renderCharts(results)) folder.write(file, svg)
  folder.link()
}

export function renderForTerminal(results: Results, terminal: Terminal): string {
  const reporter = REPORTERS.find(({ file }) => file === null)
  return reporter?.render(results, renderOptions(terminal)) ?? ''
}
