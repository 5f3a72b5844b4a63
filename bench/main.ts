#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander'
import { AuthbenchError } from '../src/errors.ts'
import { PROFILES } from '../src/profiles.ts'
import { REPORTERS } from '../src/report/registry.ts'
import { type CompareFlags, compare } from './commands/compare.ts'
import { type ConformanceFlags, conformance } from './commands/conformance.ts'
import { list } from './commands/list.ts'
import { type MicroFlags, micro } from './commands/micro.ts'
import { nameList, wholeNumber } from './commands/options.ts'
import { report } from './commands/report.ts'
import { type RunFlags, run } from './commands/run.ts'
import { type SelftestFlags, selftest } from './commands/selftest.ts'
import { type ServeFlags, serve } from './commands/serve.ts'
import { authbenchVersion } from './environment.ts'
import { processTerminal, type Terminal } from './terminal.ts'

const USAGE_ERROR = 2

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

function commandLine(terminal: Terminal, exitWith: (code: number) => void): Command {
  const program = new Command('authbench')
    .description(
      'JWT or sessions? Measures what an API pays, and what it gets, for each way to authenticate.',
    )
    .version(authbenchVersion())
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 regression or failed expectation, 2 usage, 3 measurement invalid or inconclusive, 130 interrupted',
    )

  program
    .command('run')
    .description('measure: servers, load, report')
    .option('--profile <name>', `${Object.keys(PROFILES).join(', ')} (default: quick)`)
    .option(
      '--strategies <ids>',
      'comma-separated, or all; the baseline is always added (default: the usual ones, `full`: all)',
      nameList,
    )
    .option('--strategy <file>', 'a strategy of your own, see servers/examples/; more than once', collect)
    .option('--scenarios <ids>', 'comma-separated (default: those of the profile)', nameList)
    .option('--rounds <n>', 'fresh processes for each round; 6 or more for intervals', wholeNumber)
    .option('--seed <n>', 'of every random order (default: a new one)', wholeNumber)
    .option('--connections <n>', 'closed-loop connections for each server (default: 16)', wholeNumber)
    .option(
      '--pool <n>',
      'subjects with a credential of their own, up to 1000000 (default: 1000)',
      wholeNumber,
    )
    .option(
      '--popularity <how>',
      'who of the pool makes the next request: cycle, uniform or zipf (default: cycle)',
    )
    .option('--transport <how>', 'bearer or cookie (default: bearer)')
    .option('--arrivals <how>', 'of open loops: poisson or constant (default: poisson)')
    .option('--slo <ms>', 'limit of p99 that `slo` searches the highest rate for (default: 25)', Number)
    .option('--against <dir>', 'another checkout: every strategy runs from both, in the same rounds')
    .option('--gate <metric=limit>', 'with --against, for example cpu=5%; more than once', collect)
    .option('--claims <file>', 'JSON object: your own token claims')
    .option(
      '--target <url>',
      'an endpoint of this machine that already runs, in any language, instead of ours',
    )
    .option('--credentials <file>', 'that the target accepts: one in each line, or a JSON array')
    .option('--redis <url>', 'your Redis, 6.2 or newer (default: REDIS_URL, else a throwaway one)')
    .option('--out <dir>', 'where the folder of the run is made (default: results)')
    .option('--config <file>', 'JSON object of these options; the command line wins')
    .option('--conformance', 'the security checklist first: about two seconds for each strategy')
    .option('--json', 'results on standard output instead of the report')
    .action(async (flags: RunFlags) => exitWith(await run(flags, terminal)))

  program
    .command('report')
    .description('render a stored run to standard output')
    .argument('[folder]', 'folder of the run', 'results/latest')
    .addOption(new Option('--format <name>', REPORTERS.map(({ id }) => id).join(', ')).default('terminal'))
    .action((folder: string, flags: { readonly format: string }) =>
      exitWith(report(folder, flags.format, terminal)),
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
    .option('--json', 'the same as --format json')
    .action((base: string, head: string | undefined, flags: CompareFlags) =>
      exitWith(compare(base, head, flags, terminal)),
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
    .action(async (flags: MicroFlags) => exitWith(await micro(flags, terminal)))

  program
    .command('conformance')
    .description('the security checklist, against the reference servers or an endpoint of yours')
    .option('--strategies <ids>', 'comma-separated (default: all)', nameList)
    .option('--strategy <file>', 'a strategy of your own; more than once', collect)
    .option('--target <url>', 'an endpoint of this machine: the items that need no inside knowledge')
    .option('--credentials <file>', 'that the target accepts, two are better than one')
    .option('--transport <how>', 'of the target: bearer or cookie (default: bearer)')
    .option('--out <file>', 'the results as JSON, besides the table')
    .option('--json', 'for programs')
    .action(async (flags: ConformanceFlags) => exitWith(await conformance(flags, terminal)))

  program
    .command('selftest')
    .description('how exact the instrument is on this machine, against servers of known behaviour')
    .option('--only <checks>', 'comma-separated, such as counts,bytes (default: all)', nameList)
    .option('--json', 'for programs')
    .action(async (flags: SelftestFlags) => exitWith(await selftest(flags, terminal)))

  program
    .command('serve')
    .description('one reference server in the foreground, for use with any client')
    .argument('<strategy>')
    .option('--port <n>', 'on 127.0.0.1 (default: a free one)', wholeNumber, 0)
    .option('--transport <how>', 'bearer or cookie (default: bearer)')
    .option('--claims <file>', 'JSON object: your own token claims')
    .option('--keys <file>', 'JWK or JWK set with private keys (default: new keys)')
    .option('--redis <url>', 'your Redis (default: REDIS_URL, else a throwaway one)')
    .action(async (strategy: string, flags: ServeFlags) => exitWith(await serve(strategy, flags, terminal)))

  program
    .command('list')
    .description('what there is to choose from')
    .argument('[kind]', 'strategies, scenarios, metrics, claims, profiles, tasks')
    .option('--json', 'for programs')
    .action((kind: string | undefined, flags: { readonly json?: boolean }) =>
      exitWith(list(kind, flags.json ?? false, terminal)),
    )

  return program
}

async function main(): Promise<void> {
  const terminal = processTerminal()
  try {
    await commandLine(terminal, (code) => {
      process.exitCode = code
    }).parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR
      return
    }
    terminal.reportError(error)
    process.exitCode = error instanceof AuthbenchError ? error.exitCode : 3
  }
}

await main()
