import type { Command } from 'commander'
import { ARRIVALS, POPULARITIES, TRANSPORTS } from '../../src/plan/config.ts'
import { FORMATS } from '../../src/report/formats.ts'
import { AuthbenchError } from '../../src/results/errors.ts'
import type { Terminal } from '../cli/terminal.ts'
import { bashScript } from '../completion/bash.ts'
import { fishScript } from '../completion/fish.ts'
import { type CommandWords, wordsOf } from '../completion/words.ts'
import { zshScript } from '../completion/zsh.ts'
import { COMPARE_FORMATS } from './compare.ts'
import { LISTS } from './list.ts'

const SHELLS: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** A script that completes the commands, options and ids of this version. @returns the exit code */
export function completion(shell: string, program: Command, { stdout }: Terminal): number {
  const script = SHELLS[shell]
  if (script === undefined) {
    throw new AuthbenchError('SHELL_UNKNOWN', `no completion for '${shell}'`, {
      next: `Name one of ${Object.keys(SHELLS).join(', ')}.`,
    })
  }
  const ids = (kind: string) => (LISTS[kind]?.() ?? []).map(({ id }) => id)
  const commands = wordsOf(program, {
    '--profile': ids('profiles'),
    '--strategies': [...ids('strategies'), 'all'],
    '--scenarios': ids('scenarios'),
    '--transport': TRANSPORTS,
    '--arrivals': ARRIVALS,
    '--popularity': POPULARITIES,
    '--format': FORMATS,
    'compare --format': COMPARE_FORMATS,
    strategy: ids('strategies'),
    kind: Object.keys(LISTS),
    shell: Object.keys(SHELLS),
  })
  stdout.write(script(commands))
  return 0
}
