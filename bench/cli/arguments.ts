import { InvalidArgumentError } from 'commander'

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

export const numberList = (text: string): number[] => nameList(text).map(wholeNumber)

export function nameList(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Of an option that may be given more than once. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

export function once(value: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('It is given once.')
  return value
}
