#!/usr/bin/env node
import { runCli } from './cli.ts'
import { processTerminal } from './terminal.ts'

const LINGER_MS = 1000

process.exitCode = await runCli(process.argv.slice(2), processTerminal())
// Code of others, such as a strategy that hangs, may hold a process whose work is done. What is still being written is waited for.
setInterval(() => {
  if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit()
}, LINGER_MS).unref()
