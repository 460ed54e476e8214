import type { Program } from './program.ts';
import { alertmanager } from './programs/alertmanager.ts';
import { collectd } from './programs/collectd.ts';
import { consul } from './programs/consul.ts';
import { exporter } from './programs/exporter.ts';
import { fenceCompute, fenceEvacuate } from './programs/fence-agents.ts';
import { gophercloudNew, gophercloudOld } from './programs/gophercloud.ts';
import { icinga2 } from './programs/icinga2.ts';
import { instanceHa } from './programs/instanceha.ts';
import { keepalived } from './programs/keepalived.ts';
import { masakari } from './programs/masakari.ts';
import { masakariMonitors } from './programs/masakari-monitors.ts';
import { nagios } from './programs/nagios.ts';
import { pacemaker } from './programs/pacemaker.ts';
import { prometheusAlarms } from './programs/prometheus-alarms.ts';
import {
  tempestCompute,
  tempestIdentity,
  tempestNetwork,
  tempestTelemetry,
} from './programs/tempest.ts';
import { zabbix } from './programs/zabbix.ts';

/** All programs that `npm run test:interop` can run, in this order. */
export const programs: readonly Program[] = [
  gophercloudNew,
  gophercloudOld,
  fenceCompute,
  fenceEvacuate,
  tempestCompute,
  tempestNetwork,
  tempestIdentity,
  tempestTelemetry,
  exporter,
  masakari,
  masakariMonitors,
  alertmanager,
  prometheusAlarms,
  collectd,
  nagios,
  icinga2,
  zabbix,
  keepalived,
  consul,
  pacemaker,
  instanceHa,
];
