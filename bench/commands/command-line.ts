// In this folder: one file for each command of `authbench`, and this one, which knows them all.

import { Command, CommanderError, Option } from 'commander'
import { FORMATS } from '../../src/report/formats.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import { collect, nameList, wholeNumber } from '../cli/arguments.ts'
import { refuseTakenOptions, resolvePaths } from '../cli/npm-script.ts'
import type { Terminal } from '../cli/terminal.ts'
import { DEFAULT_JOIN_FILE } from '../fleet/secrets/join-file.ts'
import { authbenchVersion } from '../store/environment.ts'
import type { AdviseFlags } from './advise.ts'
import type { AgentFlags } from './agent.ts'
import type { CapacityFlags } from './capacity.ts'
import type { CompareFlags } from './compare.ts'
import type { ConformanceFlags } from './conformance.ts'
import type { DoctorFlags } from './doctor.ts'
import type { FleetFlags } from './fleet.ts'
import type { HostFlags } from './host.ts'
import type { MicroFlags } from './micro.ts'
import type { ReportFlags } from './report.ts'
import type { RunFlags } from './run.ts'
import { withRunOptions } from './run-options.ts'
import type { SelftestFlags } from './selftest.ts'
import type { ServeFlags } from './serve.ts'

const USAGE_ERROR = 2

/** Each command is loaded when it is given: a mistyped word need not wait for the load generator. */
function commandLine(terminal: Terminal, exitWith: (code: number) => void): Command {
  const program = new Command('authbench')
    .description(
      'JWT or sessions? Measures what an API pays, and what it gets, for each way to authenticate.',
    )
    .version(authbenchVersion())
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 regression or failed expectation, 2 usage, 3 measurement invalid or inconclusive, 130 interrupted',
    )

  withRunOptions(program.command('run').description('measure: servers, load, report')).action(
    async (flags: RunFlags) => exitWith(await (await import('./run.ts')).run(flags, terminal)),
  )

  program
    .command('report')
    .description('render a stored run to standard output')
    .argument('[folder]', 'folder of the run', 'results/latest')
    .addOption(new Option('--format <name>', FORMATS.join(', ')).default('terminal'))
    .option('--details', 'the whole report on the terminal instead of its first screen')
    .option('--section <id>', 'one section of the report on the terminal, such as validity')
    .action(async (folder: string, flags: ReportFlags) =>
      exitWith((await import('./report.ts')).report(folder, flags, terminal)),
    )

  program
    .command('advise')
    .description('wishes in, the strategies that meet them and are outdone by none out; from a stored run')
    .option(
      '--revoke-within <duration>',
      'at-once, a duration such as 500ms, 1s, 5min, or expiry (default: expiry)',
    )
    .option('--redis-rtt <duration>', 'to Redis and back (default: 0ms)')
    .option('--users <n>', 'who are logged in')
    .option('--requests-per-user <n>', 'of each user in a second, counted where they are verified')
    .option('--services <n>', 'processes of their own that verify credentials (default: 1)')
    .option('--roles <n>', 'in each token, beside those that were measured in it (default: 0)')
    .option('--handler <duration>', 'what a request takes without authentication')
    .option('--without-store', 'has to work while Redis is away')
    .option('--transport <how>', 'bearer or cookie (default: that of the run)')
    .option('--run <folder>', 'of a stored run (default: results/latest, else results/reference)')
    .option('--json', 'for programs')
    .action(async (flags: AdviseFlags) => exitWith((await import('./advise.ts')).advise(flags, terminal)))

  program
    .command('capacity')
    .description(
      'a load in, the cores, Redis shards, memory and network that it needs out; from a stored run',
    )
    .option('--requests <n>', 'in a second, over all regions')
    .option('--users <n>', 'who are logged in: memory of the stores, and refreshes')
    .option('--ttl <seconds>', 'life of an access token: each user refreshes once in it')
    .option('--regions <n>', 'each with a store of its own (default: 1)')
    .option('--utilisation <share>', 'of a core that is planned for, such as 60% or 0.6 (default: 60%)')
    .option('--run <folder>', 'of a stored run (default: results/latest, else results/reference)')
    .option('--json', 'for programs')
    .action(async (flags: CapacityFlags) =>
      exitWith((await import('./capacity.ts')).capacity(flags, terminal)),
    )

  program
    .command('compare')
    .description('judge a head run against a base run; exit code 0 pass, 1 regression, 3 inconclusive')
    .argument('<base>', 'folder of a run; alone: of one made with `run --against`')
    .argument('[head]', 'folder of the run that is judged')
    .option(
      '--gate <metric=limit>',
      'such as cpu=5% or redis.bytes=off; more than once, or comma-separated',
      collect,
    )
    .addOption(new Option('--format <name>', 'terminal, markdown, json').default('terminal'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .action(async (base: string, head: string | undefined, flags: CompareFlags) =>
      exitWith((await import('./compare.ts')).compare(base, head, flags, terminal)),
    )

  program
    .command('micro')
    .description('operations alone: verify, sign, hash, store; and where the CPU of a run goes')
    .option('--tasks <words>', 'comma-separated ids, kinds, strategies, or all (see list tasks)', nameList)
    .option(
      '--rounds <n>',
      'fresh processes for each task; 6 or more for intervals (default: 9)',
      wholeNumber,
    )
    .option('--seed <n>', 'of the order (default: a new one)', wholeNumber)
    .option(
      '--with <folder>',
      'stored run to explain and to write to (default: results/latest, for a full measurement)',
    )
    .option('--claims <file>', 'JSON object: your own token claims')
    .option('--redis <url>', 'your Redis (default: REDIS_URL, else a throwaway one)')
    .option('--out <dir>', 'where a folder is made for what belongs to no run (default: results)')
    .option('--json', 'for programs')
    .action(async (flags: MicroFlags) => exitWith(await (await import('./micro.ts')).micro(flags, terminal)))

  program
    .command('conformance')
    .description('the security checklist, against the reference servers or an endpoint of yours')
    .option('--strategies <ids>', 'comma-separated (default: all)', nameList)
    .option('--strategy <file>', 'a strategy of your own; more than once', collect)
    .option('--target <url>', 'an endpoint of this machine: the items that need no inside knowledge')
    .option('--credentials <file>', 'that the target accepts, two are better than one')
    .option('--transport <how>', 'of the target: bearer or cookie (default: bearer)')
    .option('--redis <kind>', 'cluster: each strategy on a throwaway cluster, not on one server')
    .option('--out <file>', 'the results as JSON, besides the table')
    .option('--json', 'for programs')
    .action(async (flags: ConformanceFlags) =>
      exitWith(await (await import('./conformance.ts')).conformance(flags, terminal)),
    )

  program
    .command('selftest')
    .description('how exact the instrument is on this machine, against servers of known behaviour')
    .option('--only <checks>', 'comma-separated, such as counts,bytes (default: all)', nameList)
    .option('--json', 'for programs')
    .action(async (flags: SelftestFlags) =>
      exitWith(await (await import('./selftest.ts')).selftest(flags, terminal)),
    )

  program
    .command('doctor')
    .description('what this machine and environment do to a measurement, and what to change')
    .option('--redis <url>', 'your Redis (default: REDIS_URL, else the one that would be started)')
    .option('--out <dir>', 'where results would go (default: results)')
    .option('--json', 'for programs')
    .action(async (flags: DoctorFlags) =>
      exitWith(await (await import('./doctor.ts')).doctor(flags, terminal)),
    )

  program
    .command('serve')
    .description('one reference server in the foreground, for use with any client')
    .argument('<strategy>')
    .option('--port <n>', 'on 127.0.0.1; 0 takes a free one', wholeNumber, 0)
    .option('--transport <how>', 'bearer or cookie (default: bearer)')
    .option('--claims <file>', 'JSON object: your own token claims')
    .option('--keys <file>', 'JWK or JWK set with private keys (default: new keys)')
    .option('--redis <url>', 'your Redis (default: REDIS_URL, else a throwaway one)')
    .action(async (strategy: string, flags: ServeFlags) =>
      exitWith(await (await import('./serve.ts')).serve(strategy, flags, terminal)),
    )

  program
    .command('fleet')
    .description(
      '`up`: where a run and its load agents meet, in the foreground; `new`: its secrets in advance',
    )
    .argument('<up or new>')
    .option('--listen <address>', 'of this machine, or a name of it (default: 127.0.0.1)')
    .option('--as <host>', 'what agents reach it by, where that is another one, as behind a service')
    .option('--port <n>', '0 takes a free one', wholeNumber, 0)
    .option('--join-file <file>', `written for agents and runs, a secret (default: ${DEFAULT_JOIN_FILE})`)
    .option(
      '--key-file <file>',
      'that `new` wrote beside the join file: `up` starts with both, not with new ones',
    )
    .action(async (word: string, flags: FleetFlags) =>
      exitWith(await (await import('./fleet.ts')).fleet(word, flags, terminal)),
    )

  program
    .command('agent')
    .description('loads from this machine what a run of another one asks for, until Ctrl-C')
    .option('--join-file <file>', `that \`fleet up\` wrote (default: ${DEFAULT_JOIN_FILE})`)
    .option('--name <name>', 'in reports; one of its own for each agent (default: that of the machine)')
    .action(async (flags: AgentFlags) => exitWith(await (await import('./agent.ts')).agent(flags, terminal)))

  program
    .command('host')
    .description('has the servers, and their Redis, of a run of another machine, until Ctrl-C')
    .option('--listen <address>', 'of this machine, that agents reach')
    .option('--join-file <file>', `that \`fleet up\` wrote (default: ${DEFAULT_JOIN_FILE})`)
    .option('--name <name>', 'that `run --host` says (default: that of the machine)')
    .option('--strategy <file>', 'of your own, as the run names it; more than once', collect)
    .action(async (flags: HostFlags) => exitWith(await (await import('./host.ts')).host(flags, terminal)))

  program
    .command('list')
    .description('what there is to choose from')
    .argument('[kind]', 'strategies, scenarios, experiments, metrics, claims, profiles, tasks')
    .option('--json', 'for programs')
    .action(async (kind: string | undefined, flags: { readonly json?: boolean }) =>
      exitWith((await import('./list.ts')).list(kind, flags.json ?? false, terminal)),
    )

  program
    .command('completion')
    .description('script for your shell, such as: source <(authbench completion bash)')
    .argument('<shell>', 'bash, zsh, fish')
    .action(async (shell: string) =>
      exitWith((await import('./completion.ts')).completion(shell, program, terminal)),
    )

  return program
}

/** One command, from the words after the program's name. @returns the exit code */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  let exitCode = 0
  try {
    const program = commandLine(terminal, (code) => {
      exitCode = code
    })
    refuseTakenOptions(program, env)
    resolvePaths(program, env)
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR
    terminal.reportError(error)
    return error instanceof AuthbenchError ? error.exitCode : 3
  }
}
