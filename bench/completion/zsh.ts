import type { CommandWords, OptionWords } from './words.ts'

/** In single quotes, where brackets and colons have a meaning of their own. */
const quoted = (text: string): string => text.replaceAll(/[\\[\]:]/g, '\\$&').replaceAll("'", "'\\''")

function optionSpec({ flag, description, values }: OptionWords): string {
  const value =
    values === null
      ? ''
      : values.length === 0
        ? ':value:_files'
        : `:value:_values -s , value ${values.join(' ')}`
  return `        '*${flag}[${quoted(description)}]${value}' \\`
}

export function zshScript(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options, values }) =>
    [
      `      ${name})`,
      '        _arguments \\',
      ...options.map(optionSpec),
      `        '*:argument:${values.length === 0 ? '_files' : `(${values.join(' ')})`}' ;;`,
    ].join('\n'),
  )
  return `#compdef authbench
_authbench() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    '${name}:${quoted(description)}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
${cases.join('\n')}
    esac
  fi
}
compdef _authbench authbench
`
}
