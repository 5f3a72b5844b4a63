import type { Command } from 'commander'
import { USUAL_MAX_RATE } from '../../src/plan/config.ts'
import { PROFILES } from '../../src/plan/profiles.ts'
import { LINK_NAMES } from '../../src/worlds/links.ts'
import { collect, nameList, numberList, once, wholeNumber } from '../cli/arguments.ts'
import { DEFAULT_JOIN_FILE } from '../fleet/secrets/join-file.ts'

/** All that `authbench run` takes. */
export const withRunOptions = (command: Command): Command =>
  command
    .option('--profile <name>', `${Object.keys(PROFILES).join(', ')} (default: quick)`)
    .option(
      '--strategies <ids>',
      'comma-separated, or all; the baseline is always added (default: the usual ones, `full`: all)',
      nameList,
    )
    .option('--strategy <file>', 'a strategy of your own, see servers/examples/; more than once', collect)
    .option(
      '--scenarios <ids>',
      'comma-separated, experiments as well (default: those of the profile)',
      nameList,
    )
    .option('--rounds <n>', 'fresh processes for each round; 6 or more for intervals', wholeNumber)
    .option('--seed <n>', 'of every random order (default: a new one)', wholeNumber)
    .option('--connections <n>', 'closed-loop connections for each server (default: 16)', wholeNumber)
    .option(
      '--window <ms>',
      'of a closed loop, 50 to 10000 (default: that of the profile, with --agents 400 or more)',
      wholeNumber,
    )
    .option(
      '--pool <n>',
      'subjects with a credential of their own, up to 1000000 (default: 1000)',
      wholeNumber,
    )
    .option(
      '--popularity <how>',
      'who of the pool makes the next request: cycle, uniform or zipf (default: cycle)',
    )
    .option(
      '--entries <n,...>',
      'of others in the stores of `store-size` and `blacklist-size`, each up to 1000000 (default: those of the scenario)',
      numberList,
    )
    .option('--transport <how>', 'bearer or cookie (default: bearer)')
    .option(
      '--store-rtt <ms>',
      'from servers to Redis and back, on top of the way there is, up to 200 (default: 0)',
      Number,
    )
    .option('--link <name>', `what clients come over: ${LINK_NAMES.join(', ')} (default: the loopback)`)
    .option('--tls', 'clients and servers speak TLS, with a certificate that is made for the run')
    .option('--handler-wait <ms>', 'the handler waits so long for something else (default: 0)', Number)
    .option('--handler-cpu <us>', 'the handler computes so long (default: 0)', Number)
    .option(
      '--handler-row <where>',
      'the handler reads a row of the user: none, redis or sqlite (default: none)',
    )
    .option(
      '--roles <n>',
      'names in the claim `roles` of every credential, up to 2000 (default: the claims as they are)',
      wholeNumber,
    )
    .option('--arrivals <how>', 'of open loops: poisson or constant (default: poisson)')
    .option('--slo <ms>', 'limit of p99 that `slo` searches the highest rate for (default: 25)', Number)
    .option('--against <dir>', 'another checkout: every strategy runs from both, in the same rounds')
    .option('--gate <metric=limit>', 'with --against, for example cpu=5%; more than once', collect)
    .option('--claims <file>', 'JSON object: your own token claims')
    .option('--target <url>', 'an endpoint that already runs, in any language, instead of ours')
    .option('--credentials <file>', 'that the target accepts: one in each line, or a JSON array')
    .option('--ca <file>', 'PEM: whom an https target is trusted by (default: as Node.js trusts)')
    .option(
      '--header <header>',
      "'Name: value' of each request to the target, or @FILE with such lines: where it is a secret; more than once",
      collect,
    )
    .option('--method <name>', 'of requests to the target: GET or POST (default: GET)')
    .option('--body <file>', 'what each POST to the target carries, up to 64 KiB')
    .option(
      '--i-may-load <host>',
      'a target on another machine: its host, as in --target, whose owner lets you do that',
      once,
    )
    .option(
      '--max-rate <n>',
      `requests per second that a target on another machine gets at most (default: ${USUAL_MAX_RATE})`,
      Number,
    )
    .option(
      '--redis <url>',
      'your Redis, 6.2 or newer; redis+cluster://HOST:PORT for a cluster, cluster for a throwaway one of three (default: REDIS_URL, else a throwaway one)',
    )
    .option('--agents <n>', 'load from so many agents of a fleet instead of this machine', wholeNumber)
    .option('--host <name>', 'of the fleet, where servers and Redis start (default: this machine)')
    .option('--join-file <file>', `of the fleet (default: ${DEFAULT_JOIN_FILE})`)
    .option('--listen <address>', 'of this machine, where agents reach the servers (default: 127.0.0.1)')
    .option('--out <dir>', 'where the folder of the run is made (default: results)')
    .option('--config <file>', 'JSON object of these options; the command line wins')
    .option('--conformance', 'the security checklist first: about two seconds for each strategy')
    .option('--details', 'the whole report on the terminal instead of its first screen')
    .option('--json', 'results on standard output instead of the report')
