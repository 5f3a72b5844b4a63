import { runCli } from './cli.ts'
import { processTerminal } from './terminal.ts'

const LINGER_MS = 1000

// `authbench.mjs` may be killed, and then nobody waits for this process any more.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()

process.exitCode = await runCli(process.argv.slice(2), processTerminal())
// Code of others, such as a strategy that hangs, may hold a process whose work is done. What is still being written is waited for.
setInterval(() => {
  if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit()
}, LINGER_MS).unref()
