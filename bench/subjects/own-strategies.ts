import { resolve } from 'node:path'
import type { FromServer, ToServer } from '../../servers/messages.ts'
import { strategyIds } from '../../servers/registry.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import type { StrategyInfo } from '../../src/results/strategy-info.ts'
import { Child } from '../process/child.ts'
import { OWN_SERVERS } from '../process/server-process.ts'

/** How the other copies of a strategy in a round are called. */
const ARM = /-(twin|base)$/
/** A file that waits at its top level for something is given up. */
const DESCRIBE_LIMIT_MS = 10_000

export interface OwnStrategy {
  readonly info: StrategyInfo
  /** Absolute. */
  readonly file: string
}

/**
 * What the strategies in the user's files declare. Each file runs in a process of its own, which it may end or hang.
 * @returns null when interrupted
 * @throws AuthbenchError `STRATEGY_FILE_FAILED`, `STRATEGY_FILE_INVALID`, `STRATEGY_ID_TAKEN`
 */
export async function describeStrategies(
  files: readonly string[],
  signal: AbortSignal,
  limitMs = DESCRIBE_LIMIT_MS,
): Promise<readonly OwnStrategy[] | null> {
  const own: OwnStrategy[] = []
  for (const file of files.map((each) => resolve(each))) {
    const info = await describe(file, signal, limitMs)
    if (info === null) return null
    if (ARM.test(info.id)) {
      throw new AuthbenchError(
        'STRATEGY_ID_TAKEN',
        `${file} calls itself '${info.id}', as the second copy of another strategy is called`,
        { next: 'Give it an id that ends otherwise.' },
      )
    }
    const taken: readonly string[] = [...strategyIds, ...own.map((each) => each.info.id)]
    if (taken.includes(info.id)) {
      throw new AuthbenchError(
        'STRATEGY_ID_TAKEN',
        `${file} calls itself '${info.id}', as another strategy does`,
        {
          next: 'Give it an id of its own.',
        },
      )
    }
    own.push({ info, file })
  }
  return own
}

/** Null when interrupted, which ends the process. */
async function describe(file: string, signal: AbortSignal, limitMs: number): Promise<StrategyInfo | null> {
  const child = new Child<ToServer, FromServer>(OWN_SERVERS, `the strategy file ${file}`, signal)
  try {
    return (await child.request({ type: 'describe', file }, 'described', limitMs)).info
  } catch (error) {
    if (signal.aborted) return null
    const known = error instanceof AuthbenchError && error.code.startsWith('STRATEGY_')
    throw new AuthbenchError(known ? error.code : 'STRATEGY_FILE_FAILED', messageOf(error), {
      next: isModule(messageOf(error))
        ? 'Its default export has to be an AuthStrategy, see servers/contract.ts and servers/examples/.'
        : 'Call it .mts, or put "type": "module" into the package.json above it.',
      cause: error,
    })
  } finally {
    await child.stop()
  }
}

/** `npm init` makes packages of CommonJS, where `import` and `export` are mistakes. */
const isModule = (failure: string): boolean => !/outside a module|Unexpected token 'export'/.test(failure)
