import { rmSync } from 'node:fs'
import { relative } from 'node:path'
import { analyse } from '../../src/analyse.ts'
import { isUnexpected } from '../../src/checklist/rows.ts'
import { shortOf, warningsOf } from '../../src/doctor/warnings.ts'
import type { Options } from '../../src/plan/config.ts'
import { PROFILES } from '../../src/plan/profiles.ts'
import { jsonReporter } from '../../src/report/export/json.ts'
import type { RunConfig } from '../../src/results/results.ts'
import { formatList, formatNumber } from '../../src/units.ts'
import { withExperiments } from '../../src/with-experiments.ts'
import { expectedTime } from '../cli/expected-time.ts'
import { mergeOptions, redisUrl } from '../cli/options.ts'
import type { PlannedExperiment } from '../cli/plan-experiments.ts'
import { planRun } from '../cli/plan-run.ts'
import { experimentCommand, runCommand } from '../cli/reproduce.ts'
import { renderForTerminal, writeReports } from '../cli/stored-reports.ts'
import type { Terminal } from '../cli/terminal.ts'
import { readFacts } from '../doctor/facts.ts'
import { thisSystem } from '../doctor/system.ts'
import { describeAgents, fleetOf, listenAddress } from '../fleet/of-run.ts'
import { openHostedBench } from '../hosts/hosted-bench.ts'
import { detectPinning, withAuthServer } from '../machine/pinning.ts'
import { showProgress } from '../progress/live.ts'
import { namesCluster, originOfRedis, redisOfCommand, redisOption } from '../redis/provide.ts'
import { extended } from '../run/extension.ts'
import { machineBench } from '../run/real-equipment.ts'
import { type RunOutcome, runAll } from '../run/runner.ts'
import { asksRedisForRows, layProxies } from '../run/world.ts'
import { describeScenario } from '../scenarios/scenario.ts'
import { authbenchVersion, describeEnvironment, describeGit } from '../store/environment.ts'
import { createResultsFolder } from '../store/results-folder.ts'
import { lockMachine } from '../store/run-lock.ts'
import { describeInputs, strategyHash } from '../subjects/inputs.ts'
import { assertAnswers, describeTarget, located } from '../subjects/target.ts'
import { runExperiments } from '../trials/run-all.ts'
import { checkBeforeRun } from './conformance.ts'
import { endWithoutCells, exitCodeOf, INTERRUPTED, interrupted, unlessInterrupted } from './run-end.ts'

export interface RunFlags extends Options {
  readonly config?: string | undefined
  readonly conformance?: boolean | undefined
  readonly details?: boolean | undefined
  readonly json?: boolean | undefined
}

/** Of a run of experiments only. */
const NO_LOAD: RunOutcome = { cells: [], partial: false, fatal: null }

/** Measures, analyses, reports. @returns the exit code */
export async function run(flags: RunFlags, terminal: Terminal): Promise<number> {
  const {
    config: configFile,
    conformance: wantsChecklist = false,
    details = false,
    json = false,
    ...options
  } = flags
  const merged = mergeOptions(options, configFile)
  await using cleanup = new AsyncDisposableStack()
  const signal = terminal.interruption(cleanup, 'Stopping; what was measured so far is kept.')
  const listen = await listenAddress(merged)
  const planned = await planRun(merged, wantsChecklist, signal)
  if (planned === null) return interrupted(terminal)
  const { config, token, keys, gates, namedGates, base, strategies, scenarios } = planned
  const { infos, files } = strategies
  const loads = scenarios.length > 0

  cleanup.defer(lockMachine(undefined, (line) => void terminal.stderr.write(`${line}\n`)))
  const target = planned.target === null ? null : await located(planned.target)
  if (target !== null) await assertAnswers(target, config.transport)
  const fleet = await unlessInterrupted(signal, () => fleetOf(merged, signal, cleanup))
  if (fleet === 'interrupted') return interrupted(terminal)
  const startedAt = new Date()
  const folder = createResultsFolder(merged.out ?? 'results', config.profile, startedAt)
  let cellsKept = 0
  let experimentsBegan = false
  cleanup.defer(() => {
    if (cellsKept === 0 && !experimentsBegan) rmSync(folder.path, { recursive: true, force: true })
  })
  const warnings = warningsOf(await readFacts(thisSystem(merged.out ?? 'results')))
  for (const line of shortOf(warnings)) terminal.stderr.write(`${line}\n`)
  // Of one length whatever the profile is called: its bytes are counted.
  const keyPrefix = `authbench:${folder.id.replace(`-${config.profile}-`, '-')}:`
  const url = redisUrl(merged.redis)
  const rowsInRedis = asksRedisForRows(config, scenarios)
  const needsRedis = loads && (rowsInRedis || infos.some(({ needs }) => needs.includes('redis')))
  const plan = detectPinning(needsRedis ? originOfRedis(url) : null)
  const pinning = infos.some(({ needs }) => needs.includes('auth-server')) ? withAuthServer(plan) : plan
  const usesProxies = layProxies(config, scenarios)
  const asked = { config, strategies: infos, keys, token, keyPrefix, rowsInRedis, usesProxies }
  const own = [...files].map(([id, file]) => ({ id, hash: strategyHash(file) }))
  const hosted = await unlessInterrupted(signal, async () =>
    loads && fleet !== null && fleet.host !== null
      ? openHostedBench(
          fleet,
          { ...asked, own, target, needsRedis, redisUrl: needsRedis ? url : null },
          signal,
          cleanup,
        )
      : null,
  )
  if (hosted === 'interrupted') return interrupted(terminal)
  const redis =
    needsRedis && hosted === null
      ? await redisOfCommand({
          url,
          core: pinning.redis,
          keyPrefix,
          signal,
          cleanup,
          output: terminal.stderr,
        })
      : null

  const measure = async (measured: RunConfig, firstRound: number): Promise<RunOutcome> => {
    const expected = scenarios.map((scenario) => ({ ...scenario, ...describeScenario(scenario, infos) }))
    const progress = showProgress(measured, expected, terminal.stderr, () => performance.now(), firstRound)
    const outcome = await runAll(
      { config: measured, strategies: infos, scenarios, keyPrefix, firstRound },
      {
        bench:
          hosted?.bench ??
          machineBench({
            ...asked,
            config: measured,
            files,
            target,
            pinning,
            redis,
            base: base?.servers ?? null,
            fleet,
            listen,
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
  const checklist = wantsChecklist
    ? await checkBeforeRun(strategies, namesCluster(url) ? 'cluster' : 'server', signal, terminal)
    : []
  const git = describeGit()
  const inputs = describeInputs({ token, target, files })
  const environment = {
    ...(hosted?.environment ?? describeEnvironment(pinning, redis)),
    ...(target === null ? {} : { target: describeTarget(target, hosted?.processes) }),
    ...(fleet === null ? {} : { agents: describeAgents(fleet) }),
    ...(hosted === null || fleet?.host == null ? {} : { host: fleet.host.name }),
    ...(warnings.length === 0 || hosted !== null ? {} : { warnings: [...warnings] }),
  }
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
        command: runCommand(config, merged, {
          scenarios: [...scenarios.map(({ id }) => id), ...(config.experiments ?? [])],
          conformance: wantsChecklist,
          redis: needsRedis ? redisOption(url) : null,
        }),
      },
      environment,
      inputs,
      config: measured,
      strategies: [...infos],
      scenarios: scenarios.map((scenario) => describeScenario(scenario, infos)),
      gates,
    }),
    ...(checklist.length === 0 ? {} : { conformance: [...checklist] }),
  })

  const say = (line: string) => void terminal.stderr.write(`${line}\n`)
  const planOf = (experiment: PlannedExperiment) => ({
    ...experiment,
    seed: config.seed,
    count: PROFILES[config.profile].trials,
    command: experimentCommand(experiment.meaning.id, config, merged),
  })
  if (planned.leftOut.length > 0)
    say(
      `Experiments of the profile ${config.profile} that are about none of these strategies, and left out: ${formatList(planned.leftOut)}.`,
    )
  if (config.maxRate !== undefined)
    say(`The target is another machine: it gets at most ${formatNumber(config.maxRate)} requests per second.`)
  say(expectedTime(planned))
  const first = loads ? await measure(config, 0) : NO_LOAD
  if (loads && cellsKept === 0) return endWithoutCells(first, signal, terminal)
  const loaded = await extended(first, config, { measure, analysed, say })
  // A run that is killed in the middle of an experiment can be reported all the same.
  const { infos: strategiesTried } = planned.started
  if (planned.experiments.length > 0) {
    const none = { experiments: [], strategies: strategiesTried, partial: true, finishedAt: new Date() }
    folder.write('results.json', jsonReporter.render(withExperiments(loaded.results, none), {}))
  }
  const tried = await runExperiments(
    loaded.outcome.fatal === null ? planned.experiments.map(planOf) : [],
    { config, keys, token, files: planned.started.files, strategies: strategiesTried, signal, say },
    (file, entry) => {
      experimentsBegan = true
      folder.appendLine(file, entry)
    },
  )
  if (!loads && tried.experiments.length === 0)
    return endWithoutCells({ ...first, ...tried }, signal, terminal)
  const fatal = loaded.outcome.fatal ?? tried.fatal
  const results = withExperiments(loaded.results, {
    ...tried,
    strategies: strategiesTried,
    finishedAt: new Date(),
  })
  // Printed first: what a full disk takes, the terminal still has.
  terminal.stdout.write(
    json ? `${JSON.stringify(results, null, 2)}\n` : renderForTerminal(results, terminal, { details }),
  )
  writeReports(results, folder)
  terminal.stderr.write(`\nReport: ${relative(process.cwd(), folder.path) || '.'}/report.html\n`)
  if (fatal !== null) terminal.reportError(fatal)
  if (signal.aborted) return INTERRUPTED
  const code = fatal?.exitCode ?? exitCodeOf(results, namedGates, terminal)
  return code === 0 && checklist.some(isUnexpected) ? 1 : code
}
