import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { AuthbenchError } from '../../src/results/errors.ts'
import { childEnvironment } from '../machine/child-environment.ts'

/** One tab. */
export interface Page {
  /** Resolves when it is loaded. */
  open(url: string): Promise<void>
  /** Runs a script in the page as if the page had brought it; waits for a promise. */
  evaluate(script: string): Promise<unknown>
  /** The same for a script that leads to another page; resolves when that one is loaded. */
  follow(script: string): Promise<void>
}

export interface Browser {
  /** Name and version. */
  readonly product: string
  /**
   * The page of somebody who has been nowhere: all cookies are gone. Not in a private window, which keeps third-party cookies
   * back whatever their SameSite says.
   */
  newcomer(): Promise<Page>
  close(): Promise<void>
}

const ANSWER_LIMIT_MS = 30_000
/** It goes by itself when the pipe ends; whoever hangs is killed. */
const END_LIMIT_MS = 5000

const FLAGS = [
  '--headless=new',
  // Commands come over a pipe and not over a port that anybody on the machine could open. The browser ends with the pipe, also when
  // this process is killed.
  '--remote-debugging-pipe',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--mute-audio',
  // It reaches nothing but this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
]

/** Chromium makes a socket below its temporary folder, and the path of a socket has at most 107 bytes (unix(7)). */
const SHORT_NAME_OF_FOLDER = '/proc/self/cwd'

/** Distributions set these differently: third-party cookies are sent, as in Chrome for most of its users. */
const PREFERENCES = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }

/** Root may not have the sandbox of Chromium, which then does not start; it sees pages of ours only. */
const flagsFor = (profile: string): readonly string[] => [
  ...FLAGS,
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  `--user-data-dir=${profile}`,
  'about:blank',
]

/**
 * A Chromium without a window, over the DevTools protocol, so that no package is needed for what are a few commands.
 * @param folder temporary, for its profile; whoever made it removes it
 * @throws AuthbenchError BROWSER_FAILED
 */
export async function openBrowser(program: string, folder: string): Promise<Browser> {
  const profile = join(folder, 'profile')
  await mkdir(join(profile, 'Default'), { recursive: true })
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(PREFERENCES))
  const child = spawn(program, flagsFor(profile), {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    cwd: folder,
    env: {
      ...childEnvironment(),
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_CACHE_HOME: folder,
      TMPDIR: SHORT_NAME_OF_FOLDER,
    },
  })
  const devtools = connect(child)
  const close = () => end(child)
  try {
    const { product } = await devtools.send('Browser.getVersion')
    return {
      product: String(product).replace(/^.*\//, 'Chromium '),
      async newcomer() {
        await devtools.send('Storage.clearCookies')
        return newPage(devtools)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS)
  for (const stream of child.stdio.slice(3)) stream?.destroy()
  await gone
  clearTimeout(timer)
}

type Answer = Readonly<Record<string, unknown>>

interface Devtools {
  send(method: string, params?: object, session?: string): Promise<Answer>
  /** The next event of that name in the session. */
  next(method: string, session: string): Promise<void>
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

function connect(child: ChildProcess): Devtools {
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const commands = new Map<number, Waiting>()
  const events = new Map<string, Waiting>()
  let failure: AuthbenchError | null = null
  let last = 0
  let text = ''

  function fail(what: string, cause?: unknown) {
    failure ??= failed(what, cause)
    for (const { reject } of [...commands.values(), ...events.values()]) reject(failure)
    commands.clear()
    events.clear()
  }
  child.once('error', (error) => fail(`did not start: ${error.message}`, error))
  child.once('exit', (code, signal) => fail(`ended with ${signal ?? `code ${code}`}`))
  for (const stream of [to, from]) stream.on('error', () => undefined)

  function take(message: Answer) {
    const { id, method, sessionId, result, error } = message
    if (typeof id === 'number') {
      const waiting = commands.get(id)
      commands.delete(id)
      if (error === undefined) waiting?.resolve(isAnswer(result) ? result : {})
      else waiting?.reject(failed(`refused: ${JSON.stringify(error)}`))
      return
    }
    const key = `${method} ${sessionId}`
    events.get(key)?.resolve(message)
    events.delete(key)
  }
  // Each message ends with a zero byte.
  from.setEncoding('utf8').on('data', (part: string) => {
    const messages = (text + part).split('\0')
    text = messages.pop() ?? ''
    for (const message of messages) take(JSON.parse(message))
  })

  /** What Chromium does not answer in time is a failure and not a wait for ever. */
  const limited = (what: string, wait: (waiting: Waiting) => void) =>
    new Promise<Answer>((resolve, reject) => {
      if (failure !== null) return reject(failure)
      const timer = setTimeout(() => reject(failed(`did not answer ${what}`)), ANSWER_LIMIT_MS)
      wait({
        resolve(answer) {
          clearTimeout(timer)
          resolve(answer)
        },
        reject(error) {
          clearTimeout(timer)
          reject(error)
        },
      })
    })

  return {
    send: (method, params = {}, sessionId) =>
      limited(method, (waiting) => {
        last += 1
        commands.set(last, waiting)
        to.write(
          `${JSON.stringify({ id: last, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`,
        )
      }),
    async next(method, session) {
      await limited(method, (waiting) => events.set(`${method} ${session}`, waiting))
    },
  }
}

const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null

async function newPage(devtools: Devtools): Promise<Page> {
  const { targetInfos } = await devtools.send('Target.getTargets')
  const old = Array.isArray(targetInfos) ? targetInfos.filter(({ type }) => type === 'page') : []
  const { targetId } = await devtools.send('Target.createTarget', { url: 'about:blank' })
  for (const { targetId: tab } of old) await devtools.send('Target.closeTarget', { targetId: tab })
  const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true })
  const session = String(sessionId)
  await devtools.send('Page.enable', {}, session)
  async function evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await devtools.send(
      'Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true },
      session,
    )
    if (exceptionDetails !== undefined) throw failed(`a script failed: ${JSON.stringify(exceptionDetails)}`)
    return isAnswer(result) ? result.value : undefined
  }
  async function loadedAfter(work: () => Promise<void>): Promise<void> {
    const loaded = devtools.next('Page.loadEventFired', session)
    // It is waited for below; until then a failure must not be nobody's.
    loaded.catch(() => undefined)
    await work()
    await loaded
  }
  return {
    evaluate,
    open: (url) =>
      loadedAfter(async () => {
        const { errorText } = await devtools.send('Page.navigate', { url }, session)
        if (errorText !== undefined) throw failed(`could not open ${new URL(url).origin}: ${errorText}`)
      }),
    follow: (script) =>
      loadedAfter(async () => {
        await evaluate(`${script}; undefined`)
      }),
  }
}

const failed = (what: string, cause?: unknown) =>
  new AuthbenchError('BROWSER_FAILED', `Chromium ${what}`, {
    next: 'Try `chromium --headless=new --dump-dom about:blank`; CHROMIUM_PATH names another one.',
    exitCode: 3,
    cause,
  })
