/**
 * The messages of BMCs that are about the whole host: it lost its power, a processor failed, memory has an
 * error that cannot be corrected, or its power supplies are not sufficient. All others are ignored.
 * Source: DMTF's registries ResourceEvent, Platform and Power, and OpenBMC's.
 */

/** What one condition of a host is about. */
export type Group = 'power' | 'power_supplies' | 'processor' | 'memory';

/** `begin` and `end`: the message can only be that. `either`: its severity says which. */
type Means = 'begin' | 'end' | 'either';
export type GroupOfMessage = {
  readonly group: Group;
  readonly means: Means;
  /** Whether each resource of the host has a condition of its own. */
  readonly byOrigin: boolean;
};

const power = (means: Means): GroupOfMessage => ({ group: 'power', means, byOrigin: false });
const supplies = (means: Means): GroupOfMessage => ({
  group: 'power_supplies',
  means,
  byOrigin: false,
});
const processor = (means: Means): GroupOfMessage => ({ group: 'processor', means, byOrigin: true });
const memory = (means: Means): GroupOfMessage => ({ group: 'memory', means, byOrigin: true });

/** By the last part of the MessageId, its key. */
const byKey: ReadonlyMap<string, GroupOfMessage> = new Map([
  ['SystemPowerLost', power('begin')],
  ['SystemPowerGoodFailed', power('begin')],
  ['DCPowerOff', power('begin')],
  ['DCPowerOn', power('end')],
  ['PowerUnitNonRedundantInsufficient', supplies('begin')],
  ['PowerUnitRedundancyRegained', supplies('end')],
  ['PowerSupplyGroupCritical', supplies('begin')],
  ['PowerSupplyGroupNormal', supplies('end')],
  ['CPUError', processor('either')],
  ['CPUThermalTrip', processor('either')],
  ['MemoryECCUncorrectable', memory('either')],
  ['MemoryParityNotKnown', memory('either')],
  ['MemoryParityCommandAndAddress', memory('either')],
  ['MemoryThermTrip', memory('either')],
]);

/** Messages about any resource: the path of the resource says about which. */
const general = new Set([
  'PlatformError',
  'PlatformErrorAtLocation',
  'ResourceStatusChangedCritical',
  'ResourceStatusChangedOK',
  'ResourceErrorsCorrected',
]);
const aboutPower: ReadonlyMap<string, Means> = new Map([
  ['ResourcePoweredOff', 'begin'],
  ['ResourcePoweredOn', 'end'],
]);

const isSystem = /^\/redfish\/v1\/Systems\/[^/]+\/?$/;
const isProcessor = /^\/redfish\/v1\/Systems\/[^/]+\/Processors\/[^/]+\/?$/;
const isMemory = /^\/redfish\/v1\/Systems\/[^/]+\/Memory\/[^/]+\/?$/;

/**
 * What a message is about; undefined if it is not about the whole host.
 * @param messageId such as `OpenBMC.0.5.CPUError`; registries and versions are not compared.
 * @param origin the path of the resource; empty if it is not known.
 */
export function groupOf(messageId: string, origin: string): GroupOfMessage | undefined {
  const key = messageId.slice(messageId.lastIndexOf('.') + 1);
  const means = aboutPower.get(key);
  if (means) return isSystem.test(origin) ? power(means) : undefined;
  if (!general.has(key)) return byKey.get(key);
  if (isProcessor.test(origin)) return processor('either');
  return isMemory.test(origin) ? memory('either') : undefined;
}
