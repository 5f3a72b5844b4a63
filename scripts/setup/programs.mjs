import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execute, lastLines } from './subprocess.mjs'

/** Searched after PATH: an ordinary user's often lacks the `sbin` folders, and npm's sometimes Homebrew's. */
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

/** A program that is not an npm package: how it is recognised, and what its packages are called. */
export const PROGRAMS = {
  redis: {
    title: 'Redis',
    variable: 'REDIS_URL',
    names: ['redis-server', 'valkey-server'],
    packages: {
      'apt-get': ['redis-server', 'valkey-server'],
      dnf: ['redis', 'valkey'],
      yum: ['redis', 'valkey'],
      apk: ['redis', 'valkey'],
      pacman: ['valkey', 'redis'],
      zypper: ['redis', 'valkey'],
      brew: ['redis'],
    },
    /** Units that a package may have started; authbench starts a server of its own for every run. */
    services: ['redis-server', 'valkey-server'],
    waysOut: [
      'install the package redis-server, redis or valkey with your package manager',
      'start a container (docker run --rm -p 6379:6379 redis:7) and set REDIS_URL=redis://127.0.0.1:6379',
      'name a server that you have: REDIS_URL=redis://HOST:PORT, or npm start -- --redis redis://HOST:PORT',
    ],
  },
  chromium: {
    title: 'Chromium (for the report tests)',
    variable: 'CHROMIUM_PATH',
    names: [
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    packages: {
      'apt-get': ['chromium'],
      dnf: ['chromium'],
      yum: ['chromium'],
      apk: ['chromium'],
      pacman: ['chromium'],
      zypper: ['chromium'],
    },
    services: [],
    waysOut: [
      'install the package chromium or google-chrome-stable with your package manager',
      'name a Chromium that you have: CHROMIUM_PATH=/path/to/it',
    ],
  },
  haproxy: {
    title: 'HAProxy (for the experiment scale-out)',
    variable: 'HAPROXY_PATH',
    names: ['haproxy'],
    packages: {
      'apt-get': ['haproxy'],
      dnf: ['haproxy'],
      yum: ['haproxy'],
      apk: ['haproxy'],
      pacman: ['haproxy'],
      zypper: ['haproxy'],
      brew: ['haproxy'],
    },
    /** A unit that the package may have started; the experiment starts one of its own. */
    services: ['haproxy'],
    waysOut: [
      'install the package haproxy with your package manager',
      'name an HAProxy that you have: HAPROXY_PATH=/path/to/it',
      'do nothing: an own small balancer stands in',
    ],
  },
}

const MANAGERS = {
  'apt-get': {
    install: (name) => [
      'apt-get',
      ['install', '-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', name],
    ],
    // Fresh containers have no package lists.
    refresh: ['apt-get', ['update', '-q']],
    privileged: true,
  },
  dnf: { install: (name) => ['dnf', ['install', '-y', '-q', name]], privileged: true },
  yum: { install: (name) => ['yum', ['install', '-y', '-q', name]], privileged: true },
  apk: { install: (name) => ['apk', ['add', '--no-cache', name]], privileged: true },
  pacman: {
    install: (name) => ['pacman', ['-S', '--noconfirm', '--needed', name]],
    refresh: ['pacman', ['-Sy', '--noconfirm']],
    privileged: true,
  },
  zypper: { install: (name) => ['zypper', ['--non-interactive', 'install', name]], privileged: true },
  // Homebrew refuses to run as root, and needs no more rights than its user has.
  brew: { install: (name) => ['brew', ['install', '--quiet', name]], privileged: false },
}

/** Where the program is, or what the user's variable says; null when it is nowhere. */
export function findProgram(program, environment = process.env) {
  const given = environment[program.variable]
  if (given !== undefined && given !== '') return given
  for (const name of program.names) {
    const path = findCommand(name, environment)
    if (path !== null) return path
  }
  return null
}

/** Installs it with the system's package manager when that needs no password, else says what the ways out are. */
export async function installProgram(program, say) {
  const manager = Object.keys(program.packages).find((name) => findCommand(name) !== null)
  const prefix = manager === undefined ? null : privilegePrefix(MANAGERS[manager])
  if (manager === undefined || prefix === null) {
    const why =
      manager === undefined ? 'no known package manager' : `no right to run ${manager} without a password`
    warn(program, `${program.title} is missing, and there is ${why} to install it with.`, say)
    return
  }
  say(`installing ${program.title} with ${[...prefix, manager].join(' ')}`)
  const failure = await installFirst(manager, program.packages[manager], prefix)
  if (findProgram(program) === null) {
    warn(program, `${manager} could not install ${program.title}:\n${lastLines(failure)}`, say)
    return
  }
  await stopServices(program.services, prefix)
}

/** @returns {Promise<string>} what the last failed attempt printed; empty after a success */
async function installFirst(manager, names, prefix) {
  const { install, refresh } = MANAGERS[manager]
  const privileged = ([command, args]) => {
    const [first, ...rest] = [
      ...prefix,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'RUNLEVEL=1',
      command,
      ...args,
    ]
    return execute(first, rest)
  }
  let output = ''
  for (const refreshed of refresh === undefined ? [false] : [false, true]) {
    if (refreshed) ({ output } = await privileged(refresh))
    for (const name of names) {
      const result = await privileged(install(name))
      if (result.ok) return ''
      output += result.output
    }
  }
  return output
}

/** RUNLEVEL=1 keeps Debian's sysvinit from starting a service; under systemd it has to be stopped afterwards. */
async function stopServices(services, prefix) {
  if (!existsSync('/run/systemd/system')) return
  for (const service of services) {
    const [first, ...rest] = [...prefix, 'systemctl', 'disable', '--now', service]
    await execute(first, rest)
  }
}

function warn(program, what, say) {
  say(what)
  for (const way of program.waysOut) say(`- ${way}`)
}

/** What goes before a command that needs root: nothing, `sudo -n`, or null when that asks for a password. */
function privilegePrefix({ privileged }) {
  if (!privileged || process.getuid?.() === 0) return []
  if (findCommand('sudo') === null) return null
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : null
}

function findCommand(name, environment = process.env) {
  if (name.includes('/')) return isExecutable(name) ? name : null
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const found = [...folders, ...EXTRA_FOLDERS].map((folder) => join(folder, name)).find(isExecutable)
  return found ?? null
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
