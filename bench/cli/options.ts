import { z } from 'zod'
import type { KeyMaterial, TokenProfile } from '../../servers/contract.ts'
import { DEFAULT_TOKEN_PROFILE } from '../../servers/tokens/default-profile.ts'
import { generateKeys } from '../../servers/tokens/keys.ts'
import { parseClaimsFile } from '../../servers/user-files/claims-file.ts'
import { firstJsonProblem } from '../../servers/user-files/json-position.ts'
import { parseKeysFile } from '../../servers/user-files/keys-file.ts'
import { configFileSchema, type Options, optionsSchema } from '../../src/plan/config.ts'
import { AuthbenchError, messageOf } from '../../src/results/errors.ts'
import { readUserFile } from '../store/user-file.ts'

/** As long as every subject of a run. */
export const LONGEST_SUBJECT = 'user-0000000'

function readInput(file: string, option: string, code = 'FILE_UNREADABLE'): string {
  try {
    return readUserFile(file)
  } catch (error) {
    throw new AuthbenchError(code, `${option} ${file}: ${messageOf(error)}`, {
      next: 'Check the path and its permissions.',
      cause: error,
    })
  }
}

/**
 * Options of the config file below those of the command line.
 * @throws AuthbenchError FILE_UNREADABLE, CONFIG_NOT_JSON, OPTIONS_INVALID
 */
export function mergeOptions(flags: Options, configFile: string | undefined): Options {
  const fromFlags = optionsSchema.safeParse(flags)
  if (!fromFlags.success) throw invalidOptions('', fromFlags.error)
  if (configFile === undefined) return fromFlags.data
  const text = readInput(configFile, '--config')
  const found = firstJsonProblem(text)
  if (found !== null) {
    throw new AuthbenchError(
      'CONFIG_NOT_JSON',
      `${configFile} ${found.problem}: see line ${found.line}, column ${found.column}`,
      {
        next: 'The file is an object of the options of `authbench run`, without the dashes.',
      },
    )
  }
  const parsed: unknown = JSON.parse(text)
  const fromFile = configFileSchema.safeParse(parsed)
  if (!fromFile.success) throw invalidOptions(`${configFile}: `, fromFile.error)
  const { $schema: _, ...options } = fromFile.data
  return { ...options, ...fromFlags.data }
}

function invalidOptions(where: string, error: z.ZodError): AuthbenchError {
  return new AuthbenchError('OPTIONS_INVALID', `${where}${z.prettifyError(error)}`, {
    next: '`authbench run --help` shows the options and their values.',
  })
}

/** @throws AuthbenchError FILE_UNREADABLE, CLAIMS_* */
export function readClaims(file: string | undefined): TokenProfile {
  return file === undefined ? DEFAULT_TOKEN_PROFILE : parseClaimsFile(readInput(file, '--claims'), file)
}

/**
 * New keys, but for those that the file has.
 * @throws AuthbenchError KEYS_FILE_UNREADABLE, KEYS_FILE_INVALID, WEAK_KEY
 */
export async function readKeys(
  file: string | undefined,
): Promise<{ readonly keys: KeyMaterial; readonly given: readonly string[] }> {
  const given =
    file === undefined ? {} : parseKeysFile(readInput(file, '--keys', 'KEYS_FILE_UNREADABLE'), file)
  return { keys: { ...(await generateKeys()), ...given }, given: Object.keys(given) }
}

/** `--redis`, or REDIS_URL, or null for a throwaway server. */
export function redisUrl(option: string | undefined): string | null {
  const url = option ?? process.env.REDIS_URL
  return url === undefined || url === '' ? null : url
}
