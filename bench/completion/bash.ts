import type { CommandWords } from './words.ts'

/** Of a comma-separated list only the last part is completed, behind those that stand. */
export function bashScript(commands: readonly CommandWords[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap((option) =>
      option.values === null
        ? []
        : [`    '${name} ${option.flag}') list=1 words='${option.values.join(' ')}' ;;`],
    ),
  )
  const options = commands.map(
    ({ name, options, values }) =>
      `      ${name}) words='${[...options.map(({ flag }) => flag), ...values].join(' ')}' ;;`,
  )
  return `_authbench() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  local words='' list='' before=''
  COMPREPLY=()
  if [[ $COMP_CWORD == 1 ]]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$current"))
    return
  fi
  case "$command $previous" in
${values.join('\n')}
    *) case $command in
${options.join('\n')}
    esac ;;
  esac
  if [[ -n $list && $current == *,* ]]; then
    before=\${current%,*},
    current=\${current##*,}
  fi
  COMPREPLY=($(compgen -P "$before" -W "$words" -- "$current"))
  if [[ \${#COMPREPLY[@]} == 0 && $current != -* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _authbench authbench
`
}
