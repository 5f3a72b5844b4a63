import { spawn } from 'node:child_process'

const MAX_KEPT = 64 * 1024
const MAX_LINES = 12

/**
 * Runs a command to its end without a terminal to ask anything on.
 * @returns {Promise<{ok: boolean, output: string}>} the last of what it printed; not ok when it could not start
 */
export function execute(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-MAX_KEPT)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    // An interrupted set-up takes npm with it.
    const end = () => child.kill()
    process.on('exit', end)
    const finish = (ok) => {
      process.off('exit', end)
      resolve({ ok, output })
    }
    child.on('error', (error) => {
      keep(error.message)
      finish(false)
    })
    child.on('close', (code) => finish(code === 0))
  })
}

/** Some lines of what a failed command printed, for a person: npm says first what is wrong, others last. */
export function firstLines(output) {
  return indented(output).slice(0, MAX_LINES).join('\n')
}

export function lastLines(output) {
  return indented(output).slice(-MAX_LINES).join('\n')
}

function indented(output) {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `  ${line}`)
}
