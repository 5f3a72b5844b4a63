// In this folder: shell completion. The words that can be typed are collected here; each shell has its own script.

import type { Command } from 'commander'

/** What can be typed, for the scripts of the shells. */
export interface CommandWords {
  readonly name: string
  readonly description: string
  /** Of its argument: what can stand there. */
  readonly values: readonly string[]
  readonly options: readonly OptionWords[]
}

export interface OptionWords {
  /** With its dashes. */
  readonly flag: string
  readonly description: string
  /** Null: it takes no value. Empty: its values cannot be listed, as with a file. */
  readonly values: readonly string[] | null
}

/** Ids, by what takes them: `--strategies`, `compare --format` where that differs, or the name of an argument. */
export type Ids = Readonly<Record<string, readonly string[]>>

export function wordsOf(program: Command, ids: Ids): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    values: command.registeredArguments.flatMap((argument) => ids[argument.name()] ?? []),
    options: command.options.flatMap(({ long, description, required, optional }) =>
      typeof long !== 'string'
        ? []
        : [
            {
              flag: long,
              description,
              values: required || optional ? (ids[`${command.name()} ${long}`] ?? ids[long] ?? []) : null,
            },
          ],
    ),
  }))
}
