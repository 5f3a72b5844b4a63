import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { newServerIdentity } from './certificate.ts'

const NOW = new Date('2026-11-29T12:00:00Z')

test('the certificate is one that OpenSSL reads: of the loopback, of its own key, valid around now', () => {
  const { key, certificate } = newServerIdentity(NOW)
  const read = new X509Certificate(certificate)
  expect(read.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(read.checkIP('127.0.0.2')).toBeUndefined()
  expect(read.checkHost('localhost')).toBe('localhost')
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.validFromDate).toEqual(new Date('2026-11-29T11:00:00Z'))
  expect(read.validToDate).toEqual(new Date('2026-12-29T12:00:00Z'))
})

test('each has a key and a positive number of its own', () => {
  const made = Array.from({ length: 20 }, () => newServerIdentity(NOW))
  const serials = made.map(({ certificate }) => new X509Certificate(certificate).serialNumber)
  expect(new Set(serials).size).toBe(20)
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/)
  expect(new Set(made.map(({ key }) => key)).size).toBe(20)
})

test('it can be read whatever its length is', () => {
  for (const host of ['10.0.0.1', ...Array.from({ length: 64 }, (_, length) => 'a'.repeat(length + 1))]) {
    const { certificate } = newServerIdentity(NOW, host)
    expect(certificate).not.toContain('\n\n')
    expect(new X509Certificate(certificate).subjectAltName).toContain(host)
  }
})

test('lengths take as few bytes as they can, as DER asks', () => {
  const bytes = Buffer.from(
    newServerIdentity(NOW)
      .certificate.split('\n')
      .filter((line) => !line.startsWith('-'))
      .join(''),
    'base64',
  )
  const inner = bytes.subarray(bytes.readUInt8(1) === 0x81 ? 3 : 4)
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0x30, 0x82, 0x01]))
  expect(inner.subarray(0, 2)).toEqual(Buffer.from([0x30, 0x81]))
  expect(inner.readUInt8(2)).toBeGreaterThanOrEqual(0x80)
})
