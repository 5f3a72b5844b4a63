import type { CommandWords } from './words.ts'

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`

export function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, description, options, values }) => {
    const inside = `complete -c authbench -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c authbench -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
      ...(values.length === 0 ? [] : [`${inside} -f -a ${quoted(values.join(' '))}`]),
      ...options.map((option) => {
        const takes =
          option.values === null
            ? ''
            : option.values.length === 0
              ? ' -r'
              : ` -x -a ${quoted(option.values.join(' '))}`
        return `${inside} -l ${option.flag.slice(2)}${takes} -d ${quoted(option.description)}`
      }),
    ]
  })
  return `${lines.join('\n')}\n`
}
