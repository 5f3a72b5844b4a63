import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AuthbenchError } from '../../src/results/errors.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Options that npm has as well, or that other tools read from npm's configuration. */
const NPMS_OWN: readonly string[] = ['json', 'only', 'target', 'version', 'help']

/** Whether this is a script of our own package.json: npm then changed to our folder, and read the options first. */
const isOwnScript = (env: Variables): boolean =>
  env.npm_package_name === 'authbench' && env.npm_lifecycle_event !== undefined

/** Where the user was when npm was called. */
export const userPath = (path: string, env: Variables): string =>
  isOwnScript(env) && env.INIT_CWD !== undefined && env.INIT_CWD !== process.cwd()
    ? resolve(env.INIT_CWD, path)
    : path

const NAMES_A_PATH = /<(file|dir|folder|header)>/
/** Of what is a value itself, unless it begins with it. */
const IN_A_FILE = '@'
const PATH_ARGUMENTS: readonly string[] = ['folder', 'base', 'head']

const headerPath = (value: string, env: Variables): string =>
  value.startsWith(IN_A_FILE) ? IN_A_FILE + userPath(value.slice(1), env) : value

/** Paths that the user gives are meant from where the user is. */
export function resolvePaths(program: Command, env: Variables): void {
  for (const { options, registeredArguments } of program.commands) {
    const named = [
      ...options.filter(({ flags }) => NAMES_A_PATH.test(flags)),
      ...registeredArguments.filter((argument) => PATH_ARGUMENTS.includes(argument.name())),
    ]
    for (const each of named) {
      const parse = each.parseArg
      const isHeader = 'flags' in each && each.flags.includes('<header>')
      each.argParser((value: string, previous: unknown) => {
        const path = isHeader ? headerPath(value, env) : userPath(value, env)
        return parse === undefined ? path : parse(path, previous)
      })
    }
  }
}

/**
 * `npm start --profile=smoke` gives the option to npm, and the default would run in silence.
 * @throws AuthbenchError OPTION_TAKEN_BY_NPM
 */
export function refuseTakenOptions(program: Command, env: Variables): void {
  if (!isOwnScript(env)) return
  const names = new Set(
    program.commands.flatMap(({ options }) => options.flatMap(({ long }) => long?.slice(2) ?? [])),
  )
  const taken = [...names].filter(
    (name) => !NPMS_OWN.includes(name) && env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  )
  const [first] = taken
  if (first === undefined) return
  const value = env[`npm_config_${first.replaceAll('-', '_')}`]
  const written = value === 'true' || value === '' ? `--${first}` : `--${first} ${value}`
  const command = env.npm_lifecycle_event === 'start' ? 'npm start' : `npm run ${env.npm_lifecycle_event}`
  throw new AuthbenchError(
    'OPTION_TAKEN_BY_NPM',
    `npm took --${first} for itself, and authbench never saw it`,
    { next: `Put two dashes before it: ${command} -- ${written}` },
  )
}
