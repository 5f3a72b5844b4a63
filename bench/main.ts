// In this folder: the effects. `main.ts` starts the command line, `api.ts` is what the package exports.

const REQUIRED_NODE = 26
const LINGER_MS = 1000

// `authbench.mjs` may be killed, and then nobody waits for this process any more.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()

if (Number.parseInt(process.versions.node, 10) < REQUIRED_NODE) {
  process.stderr.write(
    `authbench: this file needs Node ${REQUIRED_NODE}, and this is Node ${process.versions.node}.\n` +
      'Run `npm run authbench -- ...` in a clone, or `authbench ...` of the package: both bring the Node they need.\n',
  )
  process.exitCode = 2
} else {
  // Loaded now, because an older Node does not even parse what they import.
  const [{ runCli }, { processTerminal }] = await Promise.all([
    import('./commands/command-line.ts'),
    import('./cli/terminal.ts'),
  ])
  process.exitCode = await runCli(process.argv.slice(2), processTerminal())
  // Code of others, such as a strategy that hangs, may hold a process whose work is done. What is still being written is waited for.
  setInterval(() => {
    if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit()
  }, LINGER_MS).unref()
}
